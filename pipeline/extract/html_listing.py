"""`html-listing`: entries of HTML pages, live or saved, found by CSS or XPath selectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import Access, NoEntriesError, read_each, read_following
from pipeline.extract.decoding import decode
from pipeline.extract.element_text import text_of
from pipeline.extract.html_detail import DetailLink, Links, with_details
from pipeline.extract.html_entry import read_entries, relative_links
from pipeline.extract.html_pages import HTML, base_of, joined, parse_utf8, utf8_of
from pipeline.extract.html_walk import BASE, PageWalk
from pipeline.extract.payloads import MOST_ENTRIES, Payload, shown, source_issue
from pipeline.extract.selectors import Selectors, compile_selectors, first_link
from pipeline.extract.totals import number_in
from pipeline.model import Issue, Locator, Page
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import _Element


DEEPEST = 20
"""Entries inside one another; each of them is looked through anew."""


class Reading(msgspec.Struct, frozen=True):
    """What one page gave: its `Page`, its links as it writes them, and what they are relative to.

    `next_link` leads to the next page, `detail_links` (one a record, where the settings ask for
    them) to the pages of the entries; empty: there is none.
    """

    page: Page
    next_link: str = ""
    detail_links: tuple[str, ...] = ()
    base: str = ""


def pages(source: Source, access: Access) -> Iterator[Page]:
    """Return the pages of an `html-listing`; see `pipeline.extract.pages`."""
    selectors = compile_selectors(source)
    links: Links = {}
    next_link = ""

    def read_payload(payload: Payload) -> Iterator[Page]:
        nonlocal next_link
        decoded = decode(payload.data, source, payload.name, markup=True, charset=payload.charset)
        place = Locator(payload.digest, payload.name, "")
        reading = read(utf8_of(payload, decoded), source, selectors, place, payload.url)
        next_link = reading.next_link
        if next_link and payload.path is None:
            next_link = joined(reading.base, next_link)
        links.clear()
        for record, link in zip(reading.page.records, reading.detail_links, strict=False):
            links[record.locator] = DetailLink(link, joined(reading.base, link), payload.path)
        page = reading.page
        yield msgspec.structs.replace(page, issues=decoded.issues + page.issues)

    if selectors.next is None:
        found = read_each(source, access, read_payload, accept=HTML)
    else:
        found = read_following(source, access, read_payload, lambda _: next_link, accept=HTML)
    if selectors.detail is not None:
        return with_details(source, access, selectors.detail, found, links)
    return found


def read(
    data: bytes, source: Source, selectors: Selectors, place: Locator, address: str = ""
) -> Reading:
    """Return the entries of one page of HTML, in UTF-8; pure.

    `place` gives payload and name; its position is ignored. `address` is where a live page came
    from; links of a saved one are relative to `source.homepage`. Raises `NoEntriesError` where the
    page holds no entry, `SourceError` where it is too large, `SettingsError` where an entry is not
    an element.
    """
    root = parse_utf8(data, place.name)
    of_fields = [one.selector for one in selectors.fields]
    link = selectors.detail.link if selectors.detail is not None else None
    of_page = [one for one in (selectors.next, selectors.total) if one is not None]
    walk = PageWalk(
        root, [*of_page, BASE], selectors.entry, of_fields if link is None else [*of_fields, link]
    )
    entries = _entries(walk, root, source, place.name)
    base = base_of(walk.found(BASE), address or source.homepage)
    columns = [walk.found_in_each(one) for one in of_fields]
    stated = walk.states_languages or b"xml:lang" in data
    records = tuple(read_entries(entries, columns, source, selectors, place, base, stated=stated))
    total, issues = None, [*_doubts(walk, entries, source, place.name)]
    if not base and (count := sum(relative_links(record, selectors.fields) for record in records)):
        message = (
            f"{place.name}: {count} links are relative, and nothing says to what; set 'homepage' "
            "to the address that the page had"
        )
        issues.append(source_issue(source, message))
    if selectors.total is not None:
        total, problem = _total(walk.found(selectors.total))
        if problem:
            issues.append(source_issue(source, f"{place.name}: key 'html.total' finds {problem}"))
    detail_links: tuple[str, ...] = ()
    if link is not None:
        detail_links = tuple(first_link(link, found) for found in walk.found_in_each(link))
        issues += _without_links(detail_links, source, place.name)
    next_link = ""
    if selectors.next is not None:
        next_link = first_link(selectors.next, walk.found(selectors.next))
    return Reading(Page(records, tuple(issues), total), next_link, detail_links, base)


def _entries(walk: PageWalk, root: _Element, source: Source, name: str) -> list[_Element]:
    entries = [entry for entry in walk.entries if not isinstance(entry, str)]
    if len(entries) != len(walk.entries):
        raise SettingsError(
            "key 'html.entry': finds texts, not elements",
            where=source.file or source.name,
            expected="a selector of the element around an entry",
        )
    if not entries:
        raise _no_entries(root, source, name)
    if len(entries) > MOST_ENTRIES:
        raise SourceError(
            f"has {len(entries):,} entries", where=name, expected=f"at most {MOST_ENTRIES:,}",
            next_step="save it as several pages, or make 'html.entry' narrower",
        )  # fmt: skip
    if (depth := walk.depth()) > DEEPEST:
        raise SourceError(
            f"has entries inside one another, {depth} deep", where=name,
            expected="entries beside one another", next_step="make 'html.entry' narrower",
        )  # fmt: skip
    return entries


def _no_entries(root: _Element, source: Source, name: str) -> NoEntriesError:
    title = next((text_of(element) for element in root.iter("title")), "")
    headings = ", ".join(
        repr(shown(text_of(heading), 60)) for heading in list(root.iter("h1", "h2", "h3"))[:3]
    )
    entry = source.html.entry if source.html else ""
    titled = f"the page's title is {shown(title)!r}" if title else "the page has no title"
    return NoEntriesError(
        f"0 of selector {entry!r} (key 'html.entry'); {titled}"
        + (f", its headings are {headings}" if headings else ""),
        where=name,
        expected=f"entries of {source.title or source.name!r}",
        next_step="check that this is a page of the listing; if its markup changed, correct "
        f"'html.entry' in {source.file or source.name}",
    )


def _doubts(
    walk: PageWalk, entries: Sequence[_Element], source: Source, name: str
) -> Iterator[Issue]:
    if walk.nested:
        message = (
            f"{name}: {walk.nested} of {len(entries)} entries stand inside another entry, whose "
            "fields then hold theirs too; make 'html.entry' narrower"
        )
        yield source_issue(source, message, value=source.html.entry if source.html else "")


def _total(found: Sequence[_Element | str]) -> tuple[int | None, str]:
    """Return the declared total, or else what is found in its place."""
    texts = [item if isinstance(item, str) else text_of(item) for item in found]
    total = next((n for text in texts if (n := number_in(text)) is not None), None)
    if total is not None:
        return total, ""
    what = f"no number in {shown(texts[0])!r}" if texts else "nothing"
    return None, f"{what}; expected the number of entries"


def _without_links(links: Sequence[str], source: Source, name: str) -> Iterator[Issue]:
    if missing := links.count(""):
        message = (
            f"{name}: {missing} of {len(links)} entries have no link to a page of their own; check "
            "key 'html.detail.link' if they should"
        )
        yield source_issue(source, message)
