"""The texts of a feed's entries -> their XML elements, those that are not well-formed put right."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.entry_texts import EntryText, FeedText, repaired, with_namespaces
from pipeline.extract.xml_document import parse_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

PLACE = re.compile(r",? line \d+.*", re.DOTALL)
LONGEST_FLAT = 1_000_000
"""Characters of an entry whose tags do not match beyond which it is not read."""

MOST_UNCLOSED = 200  # names of tags without an end tag, each of which costs a look at the entry

OUTER = re.compile(
    r"^<[^<>]{0,1000}>|</(?:[\w.-]{1,40}:)?(?:item|entry)\s{0,9}>\s*$", re.IGNORECASE
)
START = re.compile(r"<(?P<name>[A-Za-z_][\w.:-]{0,100})(?P<attributes>\s[^<>]{0,1000})?>")
CDATA = re.compile(r"<!\[CDATA\[|\]\]>")
ENTRY_NAMES = frozenset({"entry", "item"})


class EntryTree(NamedTuple):
    """An entry and its element, None where there is none to be had.

    `problem` says what is wrong with it as XML (empty: nothing), `guessed` that its tags do not
    match, so that markup may stand in its texts.
    """

    source: EntryText
    element: _Element | None
    problem: str = ""
    guessed: bool = False


def parse_trees(entries: Sequence[EntryText], feed: FeedText) -> list[EntryTree]:
    """Return the elements of `entries`, which are parsed together as long as that goes well."""
    root, problem = parse_tree(feed.head + "".join(entry.text for entry in entries) + feed.tail)
    if root is not None:
        elements = children_of(root, feed)
        if len(elements) == len(entries):
            return [EntryTree(*pair) for pair in zip(entries, elements, strict=True)]
        problem = "its elements are not those of a feed"
    if len(entries) > 1:
        half = len(entries) // 2
        return parse_trees(entries[:half], feed) + parse_trees(entries[half:], feed)
    fixed = repaired(entries[0].text)
    text = with_namespaces(feed.head, fixed) + fixed + feed.tail
    root, _ = parse_tree(text)
    guessed = root is None
    if root is None:
        declared = msgspec.structs.replace(feed, head=with_namespaces(feed.head, fixed))
        text = declared.head + _flattened(fixed[:LONGEST_FLAT], declared) + feed.tail
        root, _ = parse_tree(text)
    elements = [] if root is None else children_of(root, feed)
    return [EntryTree(entries[0], elements[0] if elements else None, problem, guessed)]


def parse_tree(text: str) -> tuple[_Element | None, str]:
    """Return the root element of `text`, or None and what is wrong with it, without the place."""
    try:
        return parse_xml(text, ""), ""
    except SourceError as error:
        return None, reason(error)


def reason(error: SourceError) -> str:
    """Return what is wrong with a text as XML, without the place."""
    return PLACE.sub("", str(error.__cause__ or error.what))


def children_of(root: _Element, feed: FeedText) -> list[_Element]:
    """Return the entries among the elements of `root`, parsed between head and tail of `feed`."""
    around = root
    for _ in range(feed.tail.count("</") - 1):
        if not len(around):
            return []
        around = around[0]
    return [child for child in around if local_name(child).lower() in ENTRY_NAMES]


def local_name(element: _Element) -> str:
    """Return the name of `element` without its namespace."""
    return str(element.tag).rpartition("}")[2]


def _flattened(entry: str, feed: FeedText) -> str:
    """Return `entry` with those of its parts escaped whose tags do not match.

    A part reaches from its start tag to the first end tag of its name, whatever stands between.
    """
    inner = OUTER.sub("", entry)
    pieces, place, unclosed = [], 0, set[str]()
    while len(unclosed) < MOST_UNCLOSED and (found := START.search(inner, place)):
        place = found.end()
        name, attributes = found["name"], found["attributes"] or ""
        end = -1 if name in unclosed else inner.find(f"</{name}", place)
        if end < 0:
            unclosed.add(name)
            continue
        content = inner[place:end]
        place = end
        escaped = html.escape(html.unescape(CDATA.sub("", content)), quote=False)
        for part in (
            f"<{name}{attributes}>{content}</{name}>",
            f"<{name}{attributes}>{escaped}</{name}>",
            f"<{name}>{escaped}</{name}>",
        ):
            if parse_tree(feed.head + part + feed.tail)[0] is not None:
                pieces.append(part)
                break
    return f"<item>{''.join(pieces)}</item>"
