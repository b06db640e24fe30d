"""`html-listing`: entries of saved HTML pages, found by CSS or XPath selectors.

The page is hostile: no network, no entities from outside, no huge trees; broken markup is repaired
as lxml's HTML parser does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import Access
from pipeline.extract.decoding import decode
from pipeline.extract.element_text import text_of
from pipeline.extract.html_entry import fields, joined, relative_links
from pipeline.extract.payloads import (
    MOST_ENTRIES,
    MOST_FILES,
    find_files,
    inside,
    is_glob,
    read_payload,
    shown,
    source_issue,
)
from pipeline.extract.selectors import Select, Selectors, compile_selectors
from pipeline.extract.totals import number_in
from pipeline.model import Issue, Locator, Page
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_TAGS = 1_000_000
"""Tags of one page; a tree of more would take a gigabyte."""


class Reading(msgspec.Struct, frozen=True):
    """What one page gave: its `Page`, and the link to the next one as the page writes it."""

    page: Page
    next_link: str = ""


def pages(source: Source, access: Access) -> Iterator[Page]:
    """Return the pages of an `html-listing`; see `pipeline.extract.pages`."""
    selectors = compile_selectors(source)
    files = find_files(source, access.folder)
    follow = not is_glob(source, access.folder) and selectors.next is not None
    return _read_files(source, selectors, files, follow, access.folder, access.payloads)


def read(text: str, source: Source, selectors: Selectors, place: Locator) -> Reading:
    """Return the entries of one page of HTML; pure.

    `place` gives payload and name; its position is ignored. Raises `SourceError` where the page
    holds no entry or is too large, `SettingsError` where an entry is not an element.
    """
    root = _parse(text, place.name)
    found = selectors.entry(root)
    entries = [entry for entry in found if not isinstance(entry, str)]
    if len(entries) != len(found):
        raise SettingsError(
            "key 'html.entry': finds texts, not elements",
            where=source.file or source.name,
            expected="a selector of the element around an entry",
        )
    if not entries:
        raise _no_entries(root, source, place.name)
    if len(entries) > MOST_ENTRIES:
        raise SourceError(
            f"has {len(entries):,} entries", where=place.name, expected=f"at most {MOST_ENTRIES:,}",
            next_step="save it as several pages, or make 'html.entry' narrower",
        )  # fmt: skip
    base = _base(root, source)
    issues = list(_nested(entries, source, place.name))
    records = tuple(
        fields(entry, number, source, selectors, place, base)
        for number, entry in enumerate(entries, 1)
    )
    if not base and (count := sum(relative_links(record, selectors) for record in records)):
        message = (
            f"{place.name}: {count} links are relative, and nothing says to what; set 'homepage' "
            "to the address that the page had"
        )
        issues.append(source_issue(source, message))
    total = None
    if selectors.total is not None:
        texts = _texts(selectors.total, root)
        total = next((n for text in texts if (n := number_in(text)) is not None), None)
        if total is None:
            what = f"no number in {shown(texts[0])!r}" if texts else "nothing"
            message = f"{place.name}: key 'html.total' finds {what}; expected the number of entries"
            issues.append(source_issue(source, message, value=texts[0] if texts else ""))
    link = ""
    if selectors.next is not None:
        link = next(
            (i if isinstance(i, str) else i.get("href", "") for i in selectors.next(root)), ""
        ).strip()
    return Reading(Page(records, tuple(issues), total), link)


def _read_files(
    source: Source, selectors: Selectors, files: tuple[Path, ...], follow: bool, folder: Path,
    payloads: Path,
) -> Iterator[Page]:  # fmt: skip
    waiting, visited, digests = list(files), set[Path](), dict[str, str]()
    while waiting:
        path = waiting.pop(0)
        visited.add(path.resolve())
        payload = read_payload(source, path, folder, payloads)
        if payload.digest in digests:
            message = f"{payload.name}: is the same as {digests[payload.digest]}; it was read once"
            yield Page((), (source_issue(source, message),))
            continue
        digests[payload.digest] = payload.name
        decoded = decode(payload.data, source, payload.name, markup=True)
        place = Locator(payload.digest, payload.name, "")
        reading = read(decoded.text, source, selectors, place)
        page, extra = reading.page, decoded.issues
        if follow and reading.next_link and len(visited) < MOST_FILES:
            target = _next_file(path, reading.next_link, folder)
            if target is None:
                message = (
                    f"{payload.name}: the next page {shown(reading.next_link)!r} is no saved file, "
                    "so reading stops here; save it beside this one, or give 'location' as a glob"
                )
                extra += (source_issue(source, message, value=reading.next_link),)
            elif target.resolve() not in visited:
                waiting.append(target)
        yield msgspec.structs.replace(page, issues=extra + page.issues)


def _next_file(path: Path, link: str, folder: Path) -> Path | None:
    """Return the saved file that `link` names relative to `path`, or None.

    A page that was saved under its whole address keeps the query in its name.
    """
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    if parts.scheme or parts.netloc or parts.path.startswith("/"):
        return None
    if not parts.path and not parts.query:
        return path  # a mere "#": this page again
    whole = f"{parts.path}?{parts.query}" if parts.query else parts.path
    for name in dict.fromkeys((unquote(whole), unquote(parts.path))):
        if not name or "\0" in name:
            continue
        target = path.parent / name
        if inside(target, folder) and target.is_file():
            return target
    return None


def _parse(text: str, name: str) -> _Element:
    from lxml import etree

    if text.count("<") > MOST_TAGS:
        raise SourceError(
            f"has more than {MOST_TAGS:,} tags", where=name, expected="one page of a listing",
            next_step="save it as several pages",
        )  # fmt: skip
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, recover=True, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(
            f"cannot be read as HTML: {error}", where=name, expected="a saved page",
            next_step="save the page again as HTML only",
        ) from error  # fmt: skip
    fatal = next((e for e in parser.error_log if e.level_name == "FATAL"), None)
    if fatal is not None or root is None:
        reason = shown(fatal.message.partition(",")[0]) if fatal else "no element"
        raise SourceError(
            f"cannot be read to its end: {reason}", where=name,
            expected="a page of at most 255 nested elements and 10 MB a text",
            next_step="save the page again; if it is right, shorten it in a copy",
        )  # fmt: skip
    return root


def _no_entries(root: _Element, source: Source, name: str) -> SourceError:
    title = next((text_of(element) for element in root.iter("title")), "")
    headings = ", ".join(
        repr(shown(text_of(heading), 60)) for heading in list(root.iter("h1", "h2", "h3"))[:3]
    )
    entry = source.html.entry if source.html else ""
    titled = f"the page's title is {shown(title)!r}" if title else "the page has no title"
    return SourceError(
        f"0 of selector {entry!r} (key 'html.entry'); {titled}"
        + (f", its headings are {headings}" if headings else ""),
        where=name,
        expected=f"entries of {source.title or source.name!r}",
        next_step="check that this is a page of the listing; if its markup changed, correct "
        f"'html.entry' in {source.file or source.name}",
    )


def _base(root: _Element, source: Source) -> str:
    href = next((e.get("href", "") for e in root.iter("base") if e.get("href")), "").strip()
    base = joined(source.homepage, href) if href else source.homepage
    return base if base.startswith(("http://", "https://")) else source.homepage


def _nested(entries: list[_Element], source: Source, name: str) -> Iterator[Issue]:
    known = set(entries)
    count = sum(any(above in known for above in entry.iterancestors()) for entry in entries)
    if count:
        message = (
            f"{name}: {count} of {len(entries)} entries stand inside another entry, whose fields "
            "then hold theirs too; make 'html.entry' narrower"
        )
        yield source_issue(source, message, value=source.html.entry if source.html else "")


def _texts(select: Select, root: _Element) -> list[str]:
    return [item if isinstance(item, str) else text_of(item) for item in select(root)]
