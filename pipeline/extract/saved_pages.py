"""Links between saved pages: which file below the input folder a link of a saved page means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from pipeline.extract.payloads import inside

SUFFIXES = ("", ".html", ".htm", "/index.html")
"""What browsers and mirroring programs put behind an address that names no file."""


def saved_page(path: Path, link: str, folder: Path, homepage: str = "") -> Path | None:
    """Return the saved file below `folder` that `link` of the page `path` means, or None.

    Looked for relative to `path`; in the folders that programs which save a site make
    (`example.org/item/7`, `item/7`); as `path` were the saved `homepage`; and beside `path` under
    the last part of the address (`7`). All but the folder of a host only for the listing's own
    host, that of `homepage`. A page saved under its whole address keeps the query in its name.
    """
    try:
        parts = urlsplit(link.strip())
        host, home = parts.hostname or "", urlsplit(homepage)
    except ValueError:
        return None
    if parts.scheme not in {"", "http", "https"}:
        return None
    if not (parts.netloc or parts.path or parts.query):
        return path  # a mere "#": this page again
    own_host = home.hostname or ""
    around = home.path.rpartition("/")[0] if not host or host == own_host else None
    for target in _candidates(path, parts, host or own_host, folder, around):
        if _is_file(target) and inside(target, folder):
            return target
    return None


def _candidates(
    path: Path, parts: SplitResult, host: str, folder: Path, around: str | None
) -> Iterator[Path]:
    """Yield where the page may be; `around` is the listing's folder on its own host."""
    whole = f"{parts.path}?{parts.query}" if parts.query else parts.path
    names = [name for name in dict.fromkeys((unquote(whole), unquote(parts.path)))
             if name.strip("/") and "\0" not in name]  # fmt: skip
    places: list[Path] = []
    if not parts.netloc and not parts.path.startswith("/"):
        places += [path.parent / name for name in names]
    above = [place for place in path.parents if place == folder or folder in place.parents]
    if host:
        places += [place / host / name.lstrip("/") for place in above for name in names]
    if around is not None:
        places += [place / name.lstrip("/") for place in above for name in names]
        places += [path.parent / name.removeprefix(f"{around}/") for name in names
                   if name.startswith(f"{around}/")]  # fmt: skip
        last = [name.rstrip("/").rpartition("/")[2] for name in names]
        places += [path.parent / name for name in last if not name.startswith("index.")]
    for place in dict.fromkeys(places):
        for suffix in SUFFIXES:
            yield Path(f"{place}{suffix}")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name longer than any file's
        return False
