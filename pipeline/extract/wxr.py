"""WordPress exports (WXR 1.0 to 1.2) -> pages of records, however broken the file is; pure.

An export is cut into its items, and each is read alone where it is not well-formed: nothing is
truncated, and a file of any length is read in parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import SourceError
from pipeline.extract.access import NoEntriesError
from pipeline.extract.entry_texts import FeedText, batches, cut_feed, repaired
from pipeline.extract.entry_trees import EntryTree, local_name, parse_tree, parse_trees
from pipeline.extract.payloads import shown, source_issue
from pipeline.extract.unread import Notes
from pipeline.extract.wordpress_item import is_locked
from pipeline.extract.wordpress_reader import Reader
from pipeline.extract.wxr_item import NAMESPACE, Export, wxr_item
from pipeline.extract.xml_document import NotWellFormedError, parse_xml
from pipeline.model import Issue, Locator, Page, SourceRecord

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_ITEMS = 1_000_000
ATTACHED = "attachment_url"
UNKNOWN = "(not stated)"
PUBLISHED = frozenset({"publish"})
ATTACHMENT = frozenset({"publish", "inherit"})
TYPE_NAMES = {"media": "attachment", "pages": "page", "posts": "post"}
"""Post types by the names of their collections in the API, which 'wordpress.types' holds."""


class Told(NamedTuple):
    """What is counted while items are read."""

    statuses: Counter[str]
    types: Counter[str]
    put_right: list[EntryTree]
    locked: list[str]


def read_wxr(text: str, reader: Reader, place: Locator) -> Iterator[Page]:
    """Yield the published items of the export `text` that are of the types in the settings.

    Raises `SourceError` for what is no export or declares entities, `NoEntriesError` where it holds
    no such item.
    """
    feed = cut_feed(text)
    if feed.root != "rss" or not NAMESPACE.search(feed.head + feed.rest[: len(feed.head) + 20_000]):
        raise _no_export(feed, text, place.name)
    if len(feed.spans) > MOST_ITEMS:
        raise SourceError(
            f"has {len(feed.spans):,} items", where=place.name, expected=f"at most {MOST_ITEMS:,}",
            next_step="export it in several files",
        )  # fmt: skip
    export = Export(_authors(feed, place.name), {}, {})
    _collect_media(feed, export)
    told = Told(Counter(), Counter(), [], [])
    count = 0
    for batch in batches(feed.entries()):
        records: list[SourceRecord] = []
        issues = Notes()
        for tree in parse_trees(batch, feed):
            _take(tree, reader, place, export, told, records, issues)
        if records or issues:
            count += len(records)
            yield issues.page(records)
    if not count:
        raise _no_items(told, reader, place.name)
    if notes := tuple(_notes(feed, told, reader, place.name)):
        yield Page((), notes, broken_off="" if feed.whole else notes[0].message)


def _take(
    tree: EntryTree, reader: Reader, place: Locator, export: Export, told: Told,
    records: list[SourceRecord], issues: Notes,
) -> None:  # fmt: skip
    source = reader.source
    where = f"item {tree.source.number}, line {tree.source.line}"
    if tree.element is None:
        message = (
            f"{place.name}: {where} is no XML that can be read ({shown(tree.problem)}) and was "
            "left out; export the site again"
        )
        issues.lose(source_issue(source, message, value=tree.problem))
        return
    item = wxr_item(tree.element, export)
    kind, status = str(item["type"]) or UNKNOWN, str(item["status"]) or UNKNOWN
    if kind not in {TYPE_NAMES.get(name, name) for name in reader.settings.types}:
        told.types[kind] += 1
        return
    if status not in (ATTACHMENT if kind == "attachment" else PUBLISHED):
        told.statuses[status] += 1
        return
    if tree.problem:
        told.put_right.append(tree)
    if is_locked(item):
        told.locked.append(where)
    position = f"{kind} {item['id']}, line {tree.source.line}"
    records.append(reader.record(item, shown(position), place))
    issues += reader.notes(item, place)


def _authors(feed: FeedText, where: str) -> dict[str, str]:
    try:
        root: _Element | None = parse_xml(feed.rest, where)
    except NotWellFormedError:
        root, _ = parse_tree(repaired(feed.rest))
    authors = {}
    for element in root.iter("{*}author") if root is not None else ():
        parts = {local_name(child): (child.text or "").strip() for child in element}
        login, name = parts.get("author_login", ""), parts.get("author_display_name", "")
        if login and name:
            authors[login.casefold()] = name
    return authors


def _collect_media(feed: FeedText, export: Export) -> None:
    """Note the attachments of the export, which stand before or behind the posts they belong to."""
    attachments = (entry for entry in feed.entries() if ATTACHED in entry.text)
    for batch in batches(attachments):
        for tree in parse_trees(batch, feed):
            if tree.element is None:
                continue
            item = wxr_item(tree.element, export)
            if address := str(item["source_url"]):
                export.media[str(item["id"])] = address
                export.attached.setdefault(str(item["parent"]), []).append(str(item["id"]))


def _notes(feed: FeedText, told: Told, reader: Reader, where: str) -> Iterator[Issue]:
    source = reader.source
    if not feed.whole:
        message = f"{where}: the end of the export is missing, so items may be; export it again"
        yield source_issue(source, message)
    if told.put_right:
        first = told.put_right[0]
        guessed = sum(tree.guessed for tree in told.put_right)
        message = (
            f"{where}: {len(told.put_right)} items were put right, as they are no well-formed XML; "
            f"the first is item {first.source.number}, line {first.source.line} "
            f"({shown(first.problem)}); compare them with their pages"
        )
        if guessed:
            message += f", above all the {guessed} whose tags do not match"
        yield source_issue(source, message, value=first.problem)
    if told.statuses:
        message = f"{where}: items that are not published were left out: {_counted(told.statuses)}"
        yield source_issue(source, message, severity="info")
    if told.types:
        message = (
            f"{where}: items of types that 'wordpress.types' does not name were left out: "
            f"{_counted(told.types)}"
        )
        yield source_issue(source, message, severity="info")
    if told.locked:
        message = (
            f"{where}: the texts of {len(told.locked)} items with a password were left out, the "
            f"first is {told.locked[0]}"
        )
        yield source_issue(source, message, severity="info")


def _counted(names: Mapping[str, int]) -> str:
    most = sorted(names.items(), key=lambda one: (-one[1], one[0]))
    return ", ".join(f"{count} '{shown(name)}'" for name, count in most[:20])


def _no_export(feed: FeedText, text: str, where: str) -> SourceError:
    step = "in WordPress choose Tools, Export, All content, and save the file that is offered"
    if feed.root:
        step = 'set kind = "feed", which reads feeds; or ' + step
    return SourceError(
        f"is no export of WordPress; it begins {shown(text)!r}", where=where,
        expected="a WXR file, or answers of the REST API saved as JSON", next_step=step,
    )  # fmt: skip


def _no_items(told: Told, reader: Reader, where: str) -> NoEntriesError:
    names = ", ".join(repr(name) for name in reader.settings.types)
    there = told.types + told.statuses
    what = f"holds no published item of the types {names}"
    return NoEntriesError(
        what + (f"; it holds {_counted(there)}" if there else ""), where=where,
        expected="at least one", next_step="correct 'wordpress.types'",
    )  # fmt: skip
