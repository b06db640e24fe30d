"""MARCXML -> records, one at a time; where it is not well-formed, each record is read by itself.

A `record` element with leader and fields counts, in whatever namespace and at whatever depth (in a
collection, an answer of OAI-PMH or SRU, or alone as Alma exports it).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from pipeline.errors import SourceError
from pipeline.extract.decoding import decode
from pipeline.extract.marc_binary import Parsed
from pipeline.extract.marc_record import from_xml
from pipeline.extract.payloads import shown, source_issue
from pipeline.extract.xml_document import DECLARATION, FORBIDDEN, refuse_entities
from pipeline.model import Issue
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import XMLPullParser, _Element

STEP = 1 << 20
"""Bytes that are handed to the parser at a time, and in which entities are looked for.

No entity is resolved, wherever it is declared; looking for them is for the message.
"""

MOST_ELEMENTS = 200_000
"""Elements between the ends of two records, the record's own included."""

MOST_NULS = 0.001
"""Share of NUL bytes up to which they are slips; UTF-16 has many."""

PARTS = frozenset({"leader", "controlfield", "datafield"})
TAGS = re.compile(r"<(/?)((?:[\w.-]+:)?)record\b[^<>]*>")
PREFIX = re.compile(r"\bxmlns:([\w.-]+)\s*=")
USED_PREFIX = re.compile(r"</?([\w.-]+):")
AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
MENDED = "are not well-formed XML, which was mended"


def is_xml(data: bytes) -> bool:
    """Say whether `data` begins as XML does, in any encoding."""
    head = data[:200]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")


def read_xml(data: bytes, source: Source, where: str) -> tuple[tuple[Issue, ...], Iterator[Parsed]]:
    """Return what was doubtful about the encoding, and the records as they are taken.

    Raises `SourceError` where it is not text or declares entities, and, while records are taken,
    where it is neither well-formed nor holds a record.
    """
    issues: tuple[Issue, ...] = ()
    if 0 < (count := data.count(b"\0")) <= MOST_NULS * len(data):
        data = data.replace(b"\0", b"")
        message = f"{where}: {count:,} NUL bytes were left out; export it again"
        issues = (source_issue(source, message),)
    if not source.encoding and _is_utf8(data):
        refuse_entities(data[:STEP].decode("utf-8", "replace"), where)
        return issues, _records(data, where)
    decoded = decode(data, source, where, markup=True)
    refuse_entities(decoded.text[:STEP], where)
    encoded = DECLARATION.sub("", decoded.text, count=1).encode("utf-8", "surrogatepass")
    return issues + decoded.issues, _records(encoded, where)


def _is_utf8(data: bytes) -> bool:
    """Say whether `data` is UTF-8, without making a text of all of it at once."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in data:
        return False
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), STEP):
            decoder.decode(data[at : at + STEP])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    head = data[:STEP].decode("utf-8", "ignore")
    declared = re.search(
        r"""^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w.:-]+)""", head.lstrip("\ufeff")
    )
    return declared is None or declared.group(1).lower().replace("-", "") in {"utf8", "usascii"}


def _records(data: bytes, where: str) -> Iterator[Parsed]:
    """Return the records of UTF-8 `data`; from the first fault on they are read one by one."""
    from lxml import etree

    parser = etree.XMLPullParser(
        ("end",), encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    count = others = 0
    try:
        body = data.removeprefix(codecs.BOM_UTF8).lstrip()
        for at in range(0, len(body) + STEP, STEP):
            if at < len(body):
                parser.feed(body[at : at + STEP])
            else:
                parser.close()
            for element in _finished(parser):
                others = others + 1 if element is None else 0
                if others > MOST_ELEMENTS:
                    raise SourceError(
                        f"has {others:,} elements in one record, or beside the records",
                        where=where, expected="MARCXML", next_step="export it again",
                    )  # fmt: skip
                if element is not None:
                    count += 1
                    yield Parsed(from_xml(element))
    except etree.XMLSyntaxError as error:
        yield from _one_by_one(data.decode("utf-8", "replace"), count, f"{error}", where)


def _finished(parser: XMLPullParser) -> Iterator[_Element | None]:
    """Return the elements that are read to their end, None for all but records.

    A record, and all that stands before it, is let go once it was taken.
    """
    for _, found in parser.read_events():
        element = cast("_Element", found)  # elements only: no events of namespaces are asked for
        if _name(element) != "record":
            yield None
            continue
        yield element if any(_name(child) in PARTS for child in element) else None
        element.clear()
        for done in (element, *element.iterancestors()):
            while done.getprevious() is not None and (parent := done.getparent()) is not None:
                del parent[0]


def _name(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _one_by_one(text: str, done: int, fault: str, where: str) -> Iterator[Parsed]:
    """Return the records of `text` behind the first `done`, each parsed by itself."""
    count = 0
    for piece in _pieces(text):
        if not re.search(r"<(?:[\w.-]+:)?(?:leader|controlfield|datafield)\b", piece):
            continue
        count += 1
        if count > done:
            yield _alone(piece)
    if not count:
        raise SourceError(
            f"is not well-formed XML: {shown(fault)}; it begins {shown(text)!r}", where=where,
            expected="MARCXML", next_step="open it in a browser and see what it is",
        )  # fmt: skip
    if count <= done:
        yield Parsed(None, f"the XML is not well-formed behind the last record: {shown(fault)}")


def _pieces(text: str) -> Iterator[str]:
    """Return the innermost `record` elements as text; of one that is not closed, what there is."""
    opened: tuple[int, str] | None = None
    for found in TAGS.finditer(text):
        closes, prefix = found.groups()
        if not closes:
            if opened is not None and opened[1] == prefix:
                yield text[opened[0] : found.start()]
            opened = (found.start(), prefix)
        elif opened is not None and opened[1] == prefix:
            yield text[opened[0] : found.end()]
            opened = None
    if opened is not None:
        yield text[opened[0] :]


def _alone(piece: str) -> Parsed:
    """Return the record in `piece`; unescaped ampersands and forbidden characters are mended."""
    from lxml import etree

    known = set(PREFIX.findall(piece)) | {"xml", "xmlns"}
    prefixes = {prefix for prefix in USED_PREFIX.findall(piece) if prefix not in known}
    names = "".join(f' xmlns:{prefix}="urn:of:{prefix}"' for prefix in sorted(prefixes))
    mended = AMPERSAND.sub("&amp;", FORBIDDEN.sub("", piece))
    problem = ""
    for body in dict.fromkeys((piece, mended)):
        parser = etree.XMLParser(
            encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False,
            huge_tree=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        try:
            root = etree.fromstring(f"<r{names}>{body}</r>".encode("utf-8", "replace"), parser)
        except etree.XMLSyntaxError as error:
            problem = problem or f"it is not well-formed XML: {shown(str(error))}"
            continue
        return Parsed(from_xml(root[0]), "", () if body == piece else (MENDED,))
    return Parsed(None, problem)
