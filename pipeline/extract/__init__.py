"""Source -> source records: one file a kind of source, an explicit table of the kinds.

Each kind is a function `pages(source, access)`, which gets payloads by `access` and turns each into
`Page`s by a pure function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

from pipeline.errors import SettingsError
from pipeline.extract.access import Access
from pipeline.model import Page
from pipeline.settings import Source, nearest

Reader = Callable[[Source, Access], Iterator[Page]]

SOURCES = {  # kind -> the module whose `pages` reads it, imported when it is first used
    "feed": "pipeline.extract.feed",
    "html-listing": "pipeline.extract.html_listing",
    "json": "pipeline.extract.json_document",
    "marc": "pipeline.extract.marc",
    "oai-pmh": "pipeline.extract.oai_pmh",
    "rdf": "pipeline.extract.rdf",
    "sitemap": "pipeline.extract.sitemap",
    "table": "pipeline.extract.table",
    "text-listing": "pipeline.extract.text_listing",
    "wordpress": "pipeline.extract.wordpress",
}


def pages(source: Source, access: Access) -> Iterator[Page]:
    """Return the pages of `source`, in their order.

    Every payload is kept unparsed in the store as `<sha256>`. Settings are checked now, payloads
    are read as the pages are taken.

    Raises `SettingsError` for a kind, selector or location that is wrong, `SourceError` for what
    is missing, does not answer, is not text, too large or no listing, `OutputError` where payloads
    cannot be kept.
    """
    if source.kind not in SOURCES:
        raise SettingsError(
            f"key 'kind': {source.kind!r}: unknown{nearest(source.kind, list(SOURCES))}",
            where=source.file or source.name,
            expected=f"one of {', '.join(sorted(SOURCES))}",
        )
    reader: Reader = import_module(SOURCES[source.kind]).pages
    return reader(source, access)
