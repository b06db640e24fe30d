"""The entries of a feed as feedparser reads them, each with its XML element where it is XML.

Only decoded texts are given to feedparser: it opens no address and no file, guesses no encoding and
sees no entity declaration. An entry that is not well-formed is repaired or read loosely by itself.
"""

from __future__ import annotations

import contextlib
import functools
import io
import re
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.extract.entry_texts import EntryText, FeedText, batches, repaired, with_namespaces
from pipeline.extract.entry_trees import children_of, parse_tree, reason
from pipeline.extract.payloads import MOST_VALUES
from pipeline.extract.xml_document import NotWellFormedError, parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_TAGS = 50_000
"""Tags of one entry; feedparser makes half a kilobyte of each."""

LARGEST_LOOSE = 1_000_000
"""Characters up to which what is not well-formed is read all the same."""

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
AROUND_NAMES = " \t\r\n()<>[],;\"'"


class Entry(NamedTuple):
    """One entry: its text, feedparser's reading as plain values, its element.

    `element` is None where the entry is not XML even when repaired; `problem` says what is wrong
    with it as XML (empty: nothing).
    """

    source: EntryText
    values: dict[str, object]
    element: _Element | None
    problem: str = ""


class Rest(NamedTuple):
    """What a feed says outside its entries; `version` is feedparser's name of the format."""

    values: dict[str, object]
    version: str
    element: _Element | None
    problem: str = ""


def parse_entries(feed: FeedText) -> Iterator[list[Entry]]:
    """Yield the entries of `feed` in batches; relative links are resolved on `xml:base` only."""
    for batch in batches(feed.entries()):
        yield _parse(batch, feed)


def parse_rest(feed: FeedText, where: str) -> Rest:
    """Return what `feed` says outside its entries.

    Raises `SourceError` where that is too large or declares entities; no entry can declare any.
    """
    try:
        element, problem = parse_xml(feed.rest, where), ""
    except NotWellFormedError as error:
        element, problem = None, reason(error)
    parsed = _strict(feed.rest) if element is not None else None
    if parsed is None:
        fixed = repaired(feed.rest)
        element, _ = parse_tree(fixed)
        parsed = (_strict(fixed) if element is not None else None) or _loose(fixed)
    if parsed is None:
        return Rest({}, "", element, problem)
    return Rest(_plain_dict(parsed.feeddata), str(parsed.version), element, problem)


def _parse(entries: Sequence[EntryText], feed: FeedText) -> list[Entry]:
    text = feed.head + "".join(entry.text for entry in entries) + feed.tail
    most_tags = max(entry.text.count("<") for entry in entries)
    root, problem = (None, "") if most_tags > MOST_TAGS else parse_tree(text)
    if root is not None:
        elements, parsed = children_of(root, feed), _strict(text)
        if parsed is not None and len(parsed.entries) == len(elements) == len(entries):
            return [
                Entry(entry, _plain_dict(values), element)
                for entry, values, element in zip(entries, parsed.entries, elements, strict=True)
            ]
        problem = "its elements are not those of a feed"
    if len(entries) > 1:
        half = len(entries) // 2
        return _parse(entries[:half], feed) + _parse(entries[half:], feed)
    return [_parse_alone(entries[0], feed, problem)]


def _parse_alone(entry: EntryText, feed: FeedText, problem: str) -> Entry:
    if (tags := entry.text.count("<")) > MOST_TAGS:
        return Entry(entry, {}, None, f"it has {tags:,} tags, more than {MOST_TAGS:,}")
    fixed = repaired(entry.text)
    text = with_namespaces(feed.head, fixed) + fixed + feed.tail
    root, _ = parse_tree(text)
    parsed = _strict(text) if root is not None else None
    if root is not None and parsed is not None and len(parsed.entries) == 1:
        return Entry(entry, _plain_dict(parsed.entries[0]), children_of(root, feed)[0], problem)
    parsed = _loose(text)
    values = _plain_dict(parsed.entries[0]) if parsed is not None and parsed.entries else {}
    return Entry(entry, values, None, problem)


def _strict(text: str) -> Any:
    """Return feedparser's SAX handler once it has read `text`, or None where it cannot."""
    from xml import sax
    from xml.sax.xmlreader import InputSource

    parser = _parsers()[0]("", None, "utf-8")
    reader = sax.make_parser()  # noqa: S317 - entities were refused, nothing outside is read
    reader.setFeature(sax.handler.feature_namespaces, True)
    reader.setFeature(sax.handler.feature_external_ges, False)
    reader.setContentHandler(parser)
    reader.setErrorHandler(parser)
    source = InputSource()
    source.setEncoding("utf-8")  # whatever the declaration says
    source.setByteStream(io.BytesIO(text.encode("utf-8", "replace")))
    try:
        reader.parse(source)
    except Exception:  # feedparser stumbles over some entries in ways of its own
        return None
    return parser


def _loose(text: str) -> Any:
    """Return feedparser's reading of what is not well-formed, or None where it is too long."""
    if len(text) > LARGEST_LOOSE:
        return None
    parser = _parsers()[1]("", None, "utf-8", {})
    with contextlib.suppress(Exception):  # it stumbles too; what it has read until then stays
        parser.feed(text)
    return parser


@functools.cache
def _parsers() -> tuple[Any, Any]:
    """Return feedparser's strict and loose parser, made so that no entry takes them long.

    Theirs compare each tag of an entry with all others; they look for an e-mail address in an
    author's name in a time that grows with the square of its length, and cut long domains short.
    They leave markup as it is: that is clean's work.
    """
    from feedparser.api import (  # type: ignore[import-untyped]
        LooseFeedParser,
        StrictFeedParser,
    )

    class Quick:
        resolve_relative_uris = False
        sanitize_html = False
        tags: object = None

        def _add_tag(self, term: Any, scheme: Any, label: Any) -> None:
            known = self._get_context().setdefault("tags", [])  # type: ignore[attr-defined]
            if known is not self.tags:
                self.tags = known
                self.seen = set[object]()
            mark = (term, scheme, label)
            if not any(mark) or (term and mark in self.seen) or len(known) > MOST_VALUES:
                return
            self.seen.add(mark)
            known.append({"term": term, "scheme": scheme, "label": label})

        def _sync_author_detail(self, key: str = "author") -> None:
            context = self._get_context()  # type: ignore[attr-defined]
            people = context.get(f"{key}s") or [{}]
            text = context.get(key) or ""
            if people[-1] or not text:
                super()._sync_author_detail(key)  # type: ignore[misc]
                return
            if email := EMAIL.search(text):
                people[-1]["email"] = email.group()
            if name := EMAIL.sub("", text).replace("mailto:", "").strip(AROUND_NAMES):
                people[-1]["name"] = name

    strict = type("Strict", (Quick, StrictFeedParser), {})
    return strict, type("Loose", (Quick, LooseFeedParser), {})


def _plain_dict(values: dict[str, Any]) -> dict[str, object]:
    return {str(name): _plain(value) for name, value in values.items()}


def _plain(value: Any) -> object:
    """Return a value of feedparser's as JSON has them; times become ISO 8601 in UTC."""
    if isinstance(value, dict):
        return _plain_dict(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, time.struct_time):
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", value)
    return value if isinstance(value, str | bool | int) or value is None else str(value)
