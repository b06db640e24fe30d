"""The text of an RSS or Atom feed -> pages of records, what was wrong with it, the next page."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.access import NoEntriesError
from pipeline.extract.entry_texts import FeedText, cut_feed
from pipeline.extract.feed_entry import entry_record, left_out
from pipeline.extract.feed_links import resolved
from pipeline.extract.feed_parser import Entry, Rest, parse_entries, parse_rest
from pipeline.extract.json_paths import JsonField
from pipeline.extract.payloads import MOST_ENTRIES, shown, source_issue
from pipeline.model import Issue, Locator, Page, SourceRecord
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import _Element

LONGEST_HEAD = 50_000
"""Characters of the start tags around the entries, which are read anew with every batch."""

COMPLETE = "{http://purl.org/syndication/history/1.0}complete"  # RFC 5005 §2
DELETED = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"  # RFC 6721 §3
NEXT = ("next", "prev-archive")  # RFC 5005 §3 and §4
TOTAL = "opensearch_totalresults"
WORDPRESS_EXPORT = "http://wordpress.org/export/"
FEED_LINK = re.compile(r"<link\b[^<>]{0,1000}>", re.IGNORECASE)
FEED_TYPE = re.compile(r"application/(?:rss|atom|feed)\+(?:xml|json)", re.IGNORECASE)
HREF = re.compile(r"""\bhref\s*=\s*["']?([^"'\s<>]{1,1000})""", re.IGNORECASE)
ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?([A-Za-z][\w.-]{0,40})")
OTHER_KINDS = {
    "collection": "marc", "oai-pmh": "oai-pmh", "rdf": "rdf", "sitemapindex": "sitemap",
    "urlset": "sitemap",
}  # fmt: skip
HEAD = 200_000  # characters in which a page names its feeds
SHOWN_FEEDS = 3
SHOWN_KINDS = 5


class Reading(msgspec.Struct, frozen=True):
    """A page of records; `next_link` leads to the next payload.

    `complete` is what the feed says of itself: what it lacks is gone. `cut_off` says that its end
    is missing.
    """

    page: Page
    next_link: str = ""
    complete: bool = False
    cut_off: bool = False


class Told(NamedTuple):
    """What is counted while the entries of a feed are read."""

    records: list[SourceRecord]
    left_out: Counter[str]
    put_right: list[Entry]
    unreadable: list[Entry]


def read_xml(
    text: str, source: Source, fields: Sequence[JsonField], place: Locator, base: str
) -> Iterator[Reading]:
    """Yield what the feed `text` holds, relative links resolved on `base`.

    Raises `SourceError` for what is no feed, is too large or declares entities, `NoEntriesError`
    for a feed without published entries.
    """
    feed = cut_feed(text)
    _check(feed, text, place.name)
    rest = parse_rest(feed, place.name)
    own = rest.values.get("link")
    base = base or (own if isinstance(own, str) else "")
    outside = Reading(Page(()), _next_link(rest, base), _is_complete(rest), not feed.whole)
    deleted, total = _deleted(rest.element), _total(rest)
    told = Told([], Counter(), [], [])
    found = 0
    for batch in parse_entries(feed):
        told.records.clear()
        for entry in batch:
            _take(entry, told, deleted, rest, fields, source, place, base)
        if told.records:
            found += len(told.records)
            page = Page(tuple(told.records), declared_total=total)
            yield msgspec.structs.replace(outside, page=page)
    if not found and not deleted:
        raise _no_entries(told.left_out, place.name)
    issues = tuple(_issues(feed, rest, told, source, place.name))
    if issues or deleted:
        lost = [one.source.number for one in told.unreadable[:1]]
        why = f"{place.name}: entry {lost[0]} cannot be read" if lost else ""
        page = Page((), issues, total, tuple(deleted), broken_off=why)
        yield msgspec.structs.replace(outside, page=page)


def no_feed(text: str, where: str) -> SourceError:
    """Return the error for `text`, which is no feed, with what it looks like."""
    found = ROOT.search(text)
    root = found.group(1).lower() if found else ""
    what = f"is no feed: it begins {shown(text)!r}"
    step = "check the address; feeds are often at /feed/, /rss.xml or /atom.xml"
    if feeds := _linked_feeds(text):
        what = "is a web page, no feed"
        step = f"set 'location' to a feed that the page names: {', '.join(feeds)}"
    elif root in {"html", "head", "body"} or "<html" in text[:1000].lower():
        what = f"is a web page, no feed: it begins {shown(text)!r}"
        step += '; or read the page itself with kind = "html-listing"'
    elif root in OTHER_KINDS:
        step = f'set kind = "{OTHER_KINDS[root]}", which reads <{root}>'
    elif text.startswith(("[", "{")):
        step = 'set kind = "json", if it is a listing'
    return SourceError(what, where=where, expected="RSS, RDF, Atom or JSON Feed", next_step=step)


def _linked_feeds(text: str) -> list[str]:
    links = (tag for tag in FEED_LINK.findall(text[:HEAD]) if FEED_TYPE.search(tag))
    found = [shown(html.unescape(href.group(1))) for tag in links if (href := HREF.search(tag))]
    return list(dict.fromkeys(found))[:SHOWN_FEEDS]


def _check(feed: FeedText, text: str, where: str) -> None:
    if not feed.root or (feed.root.endswith("rdf") and not feed.spans):
        raise no_feed(text, where)
    if len(feed.head) > LONGEST_HEAD or len(feed.spans) > MOST_ENTRIES:
        what = f"has {len(feed.spans):,} entries"
        if len(feed.head) > LONGEST_HEAD:
            what = f"begins with tags of {len(feed.head):,} characters"
        raise SourceError(
            what, where=where, expected=f"a feed of at most {MOST_ENTRIES:,} entries",
            next_step="save it as several files",
        )  # fmt: skip


def _take(
    entry: Entry, told: Told, deleted: dict[str, str], rest: Rest, fields: Sequence[JsonField],
    source: Source, place: Locator, base: str,
) -> None:  # fmt: skip
    if kind := left_out(entry.values):
        told.left_out[kind] += 1
        return
    record = entry_record(entry, rest, fields, source, place, base)
    if entry.problem and not entry.values:
        told.unreadable.append(entry)
    if record.key in deleted:
        # RFC 6721 §3: of an entry and its deletion in one feed, the later one counts.
        changed = str(entry.values.get("updated_parsed") or "")
        if not changed > deleted[record.key]:
            told.left_out["deleted entry"] += 1
            return
        del deleted[record.key]
    if entry.problem and entry.element is not None:
        told.put_right.append(entry)
    told.records.append(record)


def _no_entries(left_out: Counter[str], where: str) -> NoEntriesError:
    what = "is a feed without entries"
    if left_out:
        what = f"is a feed without published entries: it holds {_counted(left_out)}"
    return NoEntriesError(
        what, where=where, expected="a feed with at least one entry",
        next_step="open it in a browser; if it is empty there too, ask the site's owner",
    )  # fmt: skip


def _issues(feed: FeedText, rest: Rest, told: Told, source: Source, where: str) -> Iterator[Issue]:
    if not feed.whole:
        message = (
            f"{where}: the end of the feed is missing, so entries may be; load or save it again"
        )
        yield source_issue(source, message)
    if rest.problem:
        message = (
            f"{where}: the feed is no well-formed XML outside its entries ({shown(rest.problem)}); "
            "its entries were read all the same"
        )
        yield source_issue(source, message, value=rest.problem, severity="info")
    if told.put_right:
        first = told.put_right[0]
        message = (
            f"{where}: {len(told.put_right)} of {len(feed.spans)} entries were put right, as they "
            f"are no well-formed XML; the first is entry {first.source.number}, line "
            f"{first.source.line} ({shown(first.problem)}); tell the feed's owner"
        )
        yield source_issue(source, message, value=first.problem)
    if told.unreadable:
        text = told.unreadable[0].source
        message = (
            f"{where}: {len(told.unreadable)} entries cannot be read; the first is entry "
            f"{text.number}, line {text.line}: tell the feed's owner"
        )
        yield source_issue(source, message)
    if told.left_out:
        message = f"{where}: {_counted(told.left_out)} are no published resources and were left out"
        yield source_issue(source, message, severity="info")
    if WORDPRESS_EXPORT in feed.head or WORDPRESS_EXPORT in feed.rest[:HEAD]:
        message = (
            f'{where}: is an export of WordPress, drafts included; set kind = "wordpress", which '
            "reads it as such"
        )
        yield source_issue(source, message)


def _counted(kinds: Mapping[str, int]) -> str:
    most = sorted(kinds.items(), key=lambda one: (-one[1], one[0]))[:SHOWN_KINDS]
    return ", ".join(f"{count} of kind '{shown(kind)}'" for kind, count in most)


def _next_link(rest: Rest, base: str) -> str:
    links = rest.values.get("links")
    for relation in NEXT:
        for link in links if isinstance(links, list) else []:
            if isinstance(link, dict) and link.get("rel") == relation and link.get("href"):
                return resolved(base, str(link["href"]))
    return ""


def _is_complete(rest: Rest) -> bool:
    return rest.element is not None and next(rest.element.iter(COMPLETE), None) is not None


def _total(rest: Rest) -> int | None:
    total = str(rest.values.get(TOTAL) or "")
    return (
        int(total) if total.isascii() and total.isdigit() and len(total) < len("1" * 10) else None
    )


def _deleted(root: _Element | None) -> dict[str, str]:
    """Return the ids of the entries that the feed says are deleted, and when they were."""
    if root is None:
        return {}
    return {
        ref: _utc(str(element.get("when") or ""))
        for element in root.iter(DELETED)
        if (ref := str(element.get("ref") or "").strip())
    }


def _utc(moment: str) -> str:
    """Return an RFC 3339 date-time in UTC, or an empty text for what is none."""
    from datetime import UTC, datetime

    try:
        read = datetime.fromisoformat(moment.strip())
    except ValueError:
        return ""
    return read.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if read.tzinfo else ""
