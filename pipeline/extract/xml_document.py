"""Text -> an XML tree, as hostile as it may be: no DTD, no entities, no network, no huge trees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.errors import SourceError
from pipeline.extract.payloads import shown

if TYPE_CHECKING:
    from lxml.etree import _Element

DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that XML 1.0 §2.2 does not allow."""


def parse_xml(text: str, where: str, *, expected: str = "well-formed XML") -> _Element:
    """Return the root element of `text`, already decoded; its declared encoding is ignored.

    Raises `SourceError` for what is not well-formed and for a document that declares entities.
    """
    from lxml import etree

    refuse_entities(text, where)
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    body = DECLARATION.sub("", text, count=1).lstrip()
    try:
        root = etree.fromstring(body.encode("utf-8", "surrogatepass"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        begins = shown(body) or "nothing"
        raise SourceError(
            f"is not well-formed XML: {error}; it begins {begins!r}", where=where,
            expected=expected,
            next_step="open the address in a browser; if it shows an error, tell the site's owner",
        ) from error  # fmt: skip
    return root


def refuse_entities(text: str, where: str) -> None:
    """Raise `SourceError` where `text` declares entities, as only attacks do."""
    if ENTITY.search(text):
        raise SourceError(
            "declares XML entities, which may read files or fill the memory", where=where,
            expected="XML without <!ENTITY …>",
            next_step="ask the site's owner to leave them out",
        )  # fmt: skip
