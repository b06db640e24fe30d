"""Text -> an XML tree, as hostile as it may be: no DTD, no entities, no network, no huge trees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.errors import SourceError
from pipeline.extract.payloads import shown

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_TAGS = 1_000_000
"""Start and end tags of one document; a tree of more would take half a gigabyte."""

MOST_ATTRIBUTES = 1_000_000
HARMLESS = 2_000_000
"""Bytes of a document up to which its tags are not counted: their tree can only be so large."""

DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
PROLOG = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
"""All that may stand before a document type declaration (XML 1.0 §2.8)."""

MARK = b"\xef\xbb\xbf"
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that XML 1.0 §2.2 does not allow."""


class NotWellFormedError(SourceError):
    """A document that breaks the rules of XML 1.0."""


def parse_xml(text: str, where: str, *, expected: str = "well-formed XML") -> _Element:
    """Return the root element of `text`, already decoded; its declared encoding is ignored.

    Raises `NotWellFormedError` for what breaks XML's rules, and `SourceError` for what is too large
    or declares entities.
    """
    body = DECLARATION.sub("", text, count=1).lstrip()
    return parse_utf8(body.encode("utf-8", "surrogatepass"), where, expected=expected)


def parse_utf8(data: bytes, where: str, *, expected: str = "well-formed XML") -> _Element:
    """Return the root element of a document in UTF-8, whatever encoding it declares.

    Raises as `parse_xml` does.
    """
    from lxml import etree

    if len(data) > HARMLESS and _is_heavy(data):
        raise SourceError(
            "is too large: it has more than a million tags or attributes", where=where,
            expected=expected, next_step="ask the site's owner for smaller pages",
        )  # fmt: skip
    if _has_doctype(data):
        refuse_entities(data.decode("utf-8", "replace"), where)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        begins = shown(data[:2000].decode("utf-8", "replace")) or "nothing"
        raise NotWellFormedError(
            f"is not well-formed XML: {error}; it begins {begins!r}", where=where,
            expected=expected,
            next_step="open the address in a browser; if it shows an error, tell the site's owner",
        ) from error  # fmt: skip


def refuse_entities(text: str, where: str) -> None:
    """Raise `SourceError` where `text` declares entities, as only attacks do."""
    if ENTITY.search(text):
        raise SourceError(
            "declares XML entities, which may read files or fill the memory", where=where,
            expected="XML without <!ENTITY …>",
            next_step="ask the site's owner to leave them out",
        )  # fmt: skip


def _is_heavy(data: bytes) -> bool:
    attributes = data.count(b'="') + data.count(b"='")
    return data.count(b"<") > MOST_TAGS or attributes > MOST_ATTRIBUTES


def _has_doctype(data: bytes) -> bool:
    """Say whether a document type is declared, which stands before the root or nowhere.

    Only there may entities be declared; what a record quotes in its text declares none.
    """
    start = len(MARK) if data.startswith(MARK) else 0
    prolog = PROLOG.match(data, start)
    return data.startswith(b"<!DOCTYPE", prolog.end() if prolog else start)
