"""HTML -> a tree, as hostile as it may be; what its links are relative to.

No network, no entities from outside, no huge trees; broken markup is repaired as lxml does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from pipeline.errors import SourceError
from pipeline.extract.decoding import Decoded
from pipeline.extract.payloads import Payload, shown

if TYPE_CHECKING:
    from lxml.etree import _Element

HTML = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
"""What a page is asked for as (RFC 9110 §12.5.1)."""

NOT_PLAIN = re.compile(r"[^!-:<-~]|/\.|\?#|[?#]$")
"""What resolving a link may change: white space, letters, parameters, dots, empty parts."""

ABSOLUTE = re.compile(r"https?://[A-Za-z0-9]")

MOST_TAGS = 1_000_000
"""Tags of one page; a tree of more would take a gigabyte."""


def parse_html(text: str, name: str) -> _Element:
    """Return the root element of `text`; raises `SourceError` for what is too large or too deep."""
    return parse_utf8(text.encode(), name)


def parse_utf8(data: bytes, name: str) -> _Element:
    """Return the root element of a page in UTF-8, whatever encoding it declares.

    Raises `SourceError` for what is too large or too deep.
    """
    from lxml import etree

    if data.count(b"<") > MOST_TAGS:
        raise SourceError(
            f"has more than {MOST_TAGS:,} tags", where=name, expected="one page of a listing",
            next_step="save it as several pages",
        )  # fmt: skip
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, recover=True, remove_comments=True,
        remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(
            f"cannot be read as HTML: {error}", where=name, expected="a page of HTML",
            next_step="look at it in a browser; if it was saved, save it again as HTML only",
        ) from error  # fmt: skip
    fatal = next((e for e in parser.error_log if e.level_name == "FATAL"), None)
    if fatal is not None or root is None:
        reason = shown(fatal.message.partition(",")[0]) if fatal else "no element"
        raise SourceError(
            f"cannot be read to its end: {reason}", where=name,
            expected="a page of at most 255 nested elements and 10 MB a text",
            next_step="look at it in a browser; if it is right, shorten it in a saved copy",
        )  # fmt: skip
    return root


def utf8_of(payload: Payload, decoded: Decoded) -> bytes:
    """Return the text of a payload in UTF-8, which its data mostly are already."""
    as_is = decoded.encoding in {"utf-8", "ascii"} and not decoded.issues
    return payload.data if as_is else decoded.text.encode()


def base_of(bases: Sequence[_Element | str], address: str) -> str:
    """Return what the links of a page at `address` are relative to: its `base`, or `address`.

    `bases` are its base elements. Empty where neither is a web address.
    """
    hrefs = (one.get("href", "").strip() for one in bases if not isinstance(one, str))
    href = next((href for href in hrefs if href), "")
    found = (joined(address, href) if href else "", address)
    return next((base for base in found if base.startswith(("http://", "https://"))), "")


def joined(base: str, link: str) -> str:
    """Return `link` resolved on `base`, or as it is where either is no address."""
    try:
        return urljoin(base, link.strip()) if base else link.strip()
    except ValueError:  # such as http://[: clean reports what is no address
        return link.strip()


def joiner(base: str) -> Callable[[str], str]:
    """Return `joined` for one base: the same, without parsing what need not be parsed.

    An empty link stays empty, as it is mostly one that is missing.
    """
    try:
        parts = urlsplit(base)
    except ValueError:
        return lambda link: joined(base, link) if link else ""
    root = f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""

    def join(link: str) -> str:
        if root and link and NOT_PLAIN.search(link) is None:
            if link[0] == "/" and link[1:2] != "/":
                return root + link
            if ABSOLUTE.match(link):
                return link
        return joined(base, link) if link else ""

    return join
