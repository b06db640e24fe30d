"""Source -> source records: one file a kind of source, an explicit table of the kinds.

Each kind is two functions: `pages` reads the saved files and keeps their payloads, `read` is pure
and turns the text of one payload into a `Page`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from pipeline.errors import SettingsError
from pipeline.model import Page
from pipeline.settings import Source, nearest

Reader = Callable[[Source, Path, Path], Iterator[Page]]


def _html_listing(source: Source, folder: Path, payloads: Path) -> Iterator[Page]:
    from pipeline.extract.html_listing import pages as read_pages

    return read_pages(source, folder, payloads)


def _text_listing(source: Source, folder: Path, payloads: Path) -> Iterator[Page]:
    from pipeline.extract.text_listing import pages as read_pages

    return read_pages(source, folder, payloads)


SOURCES: dict[str, Reader] = {
    "html-listing": _html_listing,
    "text-listing": _text_listing,
}


def pages(source: Source, folder: Path, payloads: Path) -> Iterator[Page]:
    """Return the pages of `source`, in the order of its files.

    `folder` holds the saved files (the catalogue's `input/`), below which `source.location` lies;
    every file that is read is kept unparsed in `payloads` as `<sha256>`. Settings are checked now,
    files are read as the pages are taken.

    Raises `SettingsError` for a kind, selector or location that is wrong, `SourceError` for files
    that are missing, not text, too large or no listing, `OutputError` where `payloads` cannot be
    written.
    """
    reader = SOURCES.get(source.kind)
    if reader is None:
        raise SettingsError(
            f"key 'kind': {source.kind!r}: unknown{nearest(source.kind, list(SOURCES))}",
            where=source.file or source.name,
            expected=f"one of {', '.join(sorted(SOURCES))}",
        )
    return reader(source, folder, payloads)
