"""The text of a feed -> the texts of its entries, however broken: each can then be read alone.

A feed is cut by its tags alone, so that an entry that is not well-formed harms no other one and a
feed of any size is read in parts.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from html.entities import html5

import msgspec

from pipeline.extract.xml_document import FORBIDDEN

ATTRIBUTES = r"""(?:\s(?:(?:[^<>"']|"[^"<]*"|'[^'<]*')*|[^<>]*))?"""
TOKEN = re.compile(
    r"<!--|<!\[CDATA\[|"
    rf"<(?P<end>/?)(?P<name>(?P<prefix>[\w.-]{{1,40}}:)?(?:(?P<entry>item|entry)|rss|rdf|channel|feed))"
    rf"{ATTRIBUTES}/?>",
    re.IGNORECASE,
)  # fmt: skip
BATCH = 500
LONGEST_BATCH = 2_000_000
"""Entries, and characters of them, that are parsed together; a longer entry is parsed alone."""

MOST_OPEN = 8  # elements around the entries; a feed has at most two
CLOSED_BY = {"<!--": "-->", "<![CDATA[": "]]>"}
LANGUAGE = re.compile(r"""\s(?:xml:)?lang\s*=\s*(?:"[^"<]*"|'[^'<]*')""")
LITERAL = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL)
REFERENCE = re.compile(r"&(?:#(?P<number>[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});|(?P<name>\w{1,32});)?")
PREFIX = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]{0,40}):[A-Za-z_]")
DECLARED = re.compile(r"xmlns:([\w.-]{1,41})\s*=")
USUAL_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "media": "http://search.yahoo.com/mrss/",
    "wp": "http://wordpress.org/export/1.2/",
}
XML_ENTITIES = frozenset({"amp", "apos", "gt", "lt", "quot"})


class EntryText(msgspec.Struct, frozen=True):
    """One entry as it stands in the feed, its number (1 the first) and the line it begins on."""

    text: str
    number: int
    line: int


class FeedText(msgspec.Struct, frozen=True):
    """A feed cut into its entries.

    `root` is the name of its outermost tag in lower case, empty where it has none of a feed's.
    `head` holds the start tags around the entries, without the language they state for all of them,
    `tail` the end tags, `rest` the feed without its entries. `whole` is false for a feed whose end
    is missing. `spans` are start, end and line of each entry in `text`.
    """

    text: str
    root: str
    head: str
    tail: str
    rest: str
    whole: bool
    spans: tuple[tuple[int, int, int], ...]

    def entries(self) -> Iterator[EntryText]:
        """Yield the entries in their order."""
        for number, (start, end, line) in enumerate(self.spans, 1):
            yield EntryText(self.text[start:end], number, line)


def batches(entries: Iterable[EntryText]) -> Iterator[list[EntryText]]:
    """Yield `entries` in lists of at most `BATCH` and about `LONGEST_BATCH` characters."""
    batch: list[EntryText] = []
    length = 0
    for entry in entries:
        if batch and (len(batch) == BATCH or length + len(entry.text) > LONGEST_BATCH):
            yield batch
            batch, length = [], 0
        batch.append(entry)
        length += len(entry.text)
    if batch:
        yield batch


class _Cut:
    """What is known while the tags of a feed are gone through."""

    def __init__(self) -> None:
        self.open: list[tuple[str, str]] = []  # name and start tag of what stands around
        self.around: list[tuple[str, str]] | None = None
        self.root = ""
        self.prefixes = {""}
        self.spans: list[tuple[int, int]] = []
        self.start = self.depth = 0
        self.name = ""

    def container(self, found: re.Match[str]) -> None:
        name = found["name"].lower()
        if not found["end"]:
            self.root = self.root or name
            if not found.group().endswith("/>") and len(self.open) < MOST_OPEN:
                self.open.append((name, found.group()))
            self.prefixes.add((found["prefix"] or "").lower())
        elif self.is_open(name):
            if self.depth:
                self.spans.append((self.start, found.start()))
                self.depth = 0
            while self.open.pop()[0] != name:
                pass

    def is_open(self, name: str) -> bool:
        return name in [opened for opened, _ in self.open]

    def entry(self, found: re.Match[str], *, nests: bool) -> None:
        name = found["name"].lower()
        if not self.depth:
            if found["end"] or (found["prefix"] or "").lower() not in self.prefixes:
                return
            self.around = list(self.open) if self.around is None else self.around
            self.begin(found, name)
        elif name != self.name:
            return
        elif found["end"]:
            self.depth -= 1
            if not self.depth:
                self.spans.append((self.start, found.end()))
        elif nests:
            self.depth += not found.group().endswith("/>")
        else:
            self.spans.append((self.start, found.start()))
            self.begin(found, name)

    def begin(self, found: re.Match[str], name: str) -> None:
        self.start, self.name, self.depth = found.start(), name, 1
        if found.group().endswith("/>"):
            self.spans.append((self.start, found.end()))
            self.depth = 0


def cut_feed(text: str) -> FeedText:
    """Return `text` cut at its `item` and `entry` tags (RSS of any version, RDF, Atom).

    Tags in comments and CDATA sections are none. Where entries are not closed, each ends where the
    next one begins.
    """
    cut = _run(text, nests=True)
    if cut.depth:
        cut = _run(text, nests=False)
        if cut.depth:
            cut.spans.append((cut.start, len(text)))
    around = cut.around or []
    spans: list[tuple[int, int, int]] = []
    rest, last, line = list[str](), 0, 1
    for start, end in cut.spans:
        rest.append(text[last:start])
        line += text.count("\n", spans[-1][0] if spans else 0, start)
        spans.append((start, end, line))
        last = end
    rest.append(text[last:])
    return FeedText(
        text=text,
        root=cut.root,
        head=LANGUAGE.sub("", "".join(tag for _, tag in around)),
        tail="".join(f"</{tag[1:].split(None, 1)[0].rstrip('>')}>" for _, tag in reversed(around)),
        rest="".join(rest),
        whole=not cut.open,
        spans=tuple(spans),
    )


def _run(text: str, *, nests: bool) -> _Cut:
    cut, place, endless = _Cut(), 0, set[str]()
    while found := TOKEN.search(text, place):
        place = found.end()
        closing = CLOSED_BY.get(found.group())
        if closing:
            end = -1 if closing in endless else text.find(closing, place)
            if end < 0:
                endless.add(closing)
            else:
                place = end + len(closing)
        elif found["entry"]:
            cut.entry(found, nests=nests)
        elif not cut.depth or (not nests and found["end"]):
            cut.container(found)
    return cut


def repaired(text: str) -> str:
    """Return markup with what most often keeps it from being well-formed put right.

    Characters and references that XML forbids are left out, `&` that begins no reference is
    escaped, and HTML's named characters are written out; CDATA sections keep all but the first.

    >>> repaired("<b>R&D caf&eacute; &#2;&lt;</b>")
    '<b>R&amp;D café &lt;</b>'
    """
    text = FORBIDDEN.sub("", text)
    pieces, last = [], 0
    for kept in LITERAL.finditer(text):
        pieces += [REFERENCE.sub(_reference, text[last : kept.start()]), kept.group()]
        last = kept.end()
    pieces.append(REFERENCE.sub(_reference, text[last:]))
    return "".join(pieces)


def with_namespaces(head: str, text: str) -> str:
    """Return the start tags `head`, which declare also the prefixes that `text` lacks.

    >>> with_namespaces("<rss>", "<item><dc:date>2024</dc:date></item>")
    '<rss xmlns:dc="http://purl.org/dc/elements/1.1/">'
    """
    lacking = set(PREFIX.findall(text)) - set(DECLARED.findall(head + text)) - {"xml", "xmlns"}
    declarations = "".join(
        f' xmlns:{prefix}="{USUAL_NAMESPACES.get(prefix, f"urn:undeclared:{prefix}")}"'
        for prefix in sorted(lacking)
    )
    end = head.find(">")
    return f"{head[:end]}{declarations}{head[end:]}" if end > 0 else head


def _reference(found: re.Match[str]) -> str:
    if number := found["number"]:
        code = int(number[1:], 16) if number[0] in "xX" else int(number)
        allowed = code <= 0x10FFFF and not FORBIDDEN.match(chr(code))  # noqa: PLR2004 - the last
        return found.group() if allowed else ""
    name = found["name"]
    if name in XML_ENTITIES:
        return found.group()
    if name and f"{name};" in html5:
        return html.escape(html5[f"{name};"], quote=False)
    return "&amp;" + found.group()[1:]
