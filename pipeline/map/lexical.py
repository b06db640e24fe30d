"""How IRIs, language tags and strings may be written: the lexical rules the writers share.

IRIs follow RFC 3987 in full, so that no strict parser refuses what we write; language tags follow
RFC 5646 (well-formed); strings follow the canonical form of RDF 1.2 N-Triples, section 3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, TypeVar, cast

import msgspec

Key = TypeVar("Key")
Value = TypeVar("Value")

MEMO_LIMIT: Final = 20_000
"""How many values a memo holds before it starts again: a part's concepts and languages fit many
times over, while pages and files, each seen once, cannot make it grow with the catalogue."""

# `ucschar` without Unicode's blanks, which readers take for the end of an IRI, and without the
# marks of writing direction, which RFC 3987 section 4.1 forbids.
_UNRESERVED: Final = (
    r"A-Za-z0-9\-._~\u00A1-\u167F\u1681-\u1FFF\u200B-\u200D\u2010-\u2027\u2030-\u205E"
    r"\u2060-\u2065\u206A-\u2FFF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFEF"
    + "".join(rf"\U000{plane:X}0000-\U000{plane:X}FFFD" for plane in range(1, 14))
    + r"\U000E1000-\U000EFFFD"
)
_SUB_DELIMITERS: Final = r"!$&'()*+,;="
_PRIVATE: Final = r"\uE000-\uF8FF\U000F0000-\U000FFFFD\U00100000-\U0010FFFD"
_H16: Final = r"[0-9A-Fa-f]{1,4}"


def _run(characters: str) -> str:
    """Return a pattern for any number of `characters` and percent-encoded octets."""
    return rf"[{characters}]*+(?:%[0-9A-Fa-f]{{2}}[{characters}]*+)*+"


_PATH: Final = _run(rf"{_UNRESERVED}{_SUB_DELIMITERS}:@/")
_HOST: Final = _run(rf"{_UNRESERVED}{_SUB_DELIMITERS}")
_USER: Final = _run(rf"{_UNRESERVED}{_SUB_DELIMITERS}:")
_QUERY: Final = _run(rf"{_UNRESERVED}{_SUB_DELIMITERS}:@/?{_PRIVATE}")
_FRAGMENT: Final = _run(rf"{_UNRESERVED}{_SUB_DELIMITERS}:@/?")
IRI: Final = re.compile(
    rf"(?P<scheme>[A-Za-z][A-Za-z0-9+\-.]*+):"
    rf"(?:(?P<slashes>//)(?:{_USER}@)?(?:\[(?P<literal>[0-9A-Fa-f:.]+)\]|{_HOST})(?::[0-9]*+)?"
    rf"(?:/{_PATH})?|(?!//){_PATH})"
    rf"(?:\?{_QUERY})?(?:\#{_FRAGMENT})?"
)
"""An absolute IRI, RFC 3987 section 2.2; the address in an IP literal is checked apart."""

_PLAIN: Final = r"A-Za-z0-9\-._~!$&'()*+,;=:@/"
PLAIN_IRI: Final = re.compile(
    rf"https?://[A-Za-z0-9\-.]++(?:/[{_PLAIN}]*+)?(?:\?[{_PLAIN}?]*+)?(?:\#[{_PLAIN}?]*+)?"
)
"""The IRIs that are met most, and legal for sure: a quick way past the full rules."""

_GRANDFATHERED: Final = (
    "art-lojban|cel-gaulish|en-gb-oed|i-ami|i-bnn|i-default|i-enochian|i-hak|i-klingon|i-lux|"
    "i-mingo|i-navajo|i-pwn|i-tao|i-tay|i-tsu|no-bok|no-nyn|sgn-be-fr|sgn-be-nl|sgn-ch-de|"
    "zh-guoyu|zh-hakka|zh-min|zh-min-nan|zh-xiang"
)
LANGUAGE_TAG: Final = re.compile(
    r"(?:(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})"
    r"(?:-[a-z]{4})?(?:-(?:[a-z]{2}|[0-9]{3}))?(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
    r"(?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?"
    rf"|x(?:-[a-z0-9]{{1,8}})+|{_GRANDFATHERED})",
    re.IGNORECASE | re.ASCII,
)
"""A well-formed language tag, RFC 5646 section 2.1 (ASCII only, any case)."""

QNAME_TAIL: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]*\Z")
"""The end of an IRI that RDF/XML can use as an element's local name (the ASCII part of NCName)."""

XML_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What XML 1.0 cannot hold in any form, section 2.2."""

SURROGATE: Final = re.compile("[\ud800-\udfff]")
REPLACEMENT: Final = "\ufffd"

_ESCAPE: Final = re.compile(rb"\\(?:u00([0-9a-f]{2})|.)|\x7f|\xef\xbf[\xbe\xbf]", re.DOTALL)


def iri_fault(value: str, reserved: Iterable[str] = ()) -> str:
    """Return why `value` cannot be published as an IRI, in words, or an empty string.

    `reserved` are the terms of the context: JSON-LD would read `term:rest` as a shortened IRI,
    so the same record would be two different graphs.

    >>> iri_fault("https://example.org/a?b=%20#c")
    ''
    >>> iri_fault("www.example.org")
    'it is not an absolute IRI as RFC 3987 defines it'
    """
    match = IRI.fullmatch(value)
    if match is None or not _address_is_legal(match["literal"]):
        return "it is not an absolute IRI as RFC 3987 defines it"
    if not match["slashes"] and match["scheme"] in reserved:
        return f"'{match['scheme']}:' is a term of the context, so JSON-LD would read it as another"
    return ""


def _address_is_legal(literal: str | None) -> bool:
    """Return whether the inside of an IP literal is an IPv6 address."""
    if literal is None:
        return True
    import ipaddress

    try:
        ipaddress.IPv6Address(literal)
    except ValueError:
        return False
    return True


def language_tag(value: str) -> str:
    """Return `value` where it is a well-formed language tag, else an empty string."""
    return value if LANGUAGE_TAG.fullmatch(value) else ""


def canonical(text: bytes) -> bytes:
    r"""Return JSON-escaped triples in the canonical form of N-Triples.

    `text` is UTF-8 whose strings were escaped by the rules of JSON. Those are legal N-Triples and
    Turtle already; what differs from the canonical form is the case of `\u001f`, and DEL, U+FFFE
    and U+FFFF, which are escaped.
    """
    return _ESCAPE.sub(_canonical_escape, text)


def _canonical_escape(match: re.Match[bytes]) -> bytes:
    if match[1] is not None:
        return rb"\u00" + match[1].upper()
    if match[0] == b"\x7f":
        return rb"\u007F"
    if match[0].startswith(b"\xef"):
        return rb"\uFFF" + (b"E" if match[0].endswith(b"\xbe") else b"F")
    return match[0]


class Memo(dict[Key, Value]):
    """Remembers what `make` made of a key; starts again at `MEMO_LIMIT` keys."""

    def __init__(self, make: Callable[[Key], Value]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Key) -> Value:
        if len(self) >= MEMO_LIMIT:
            self.clear()
        made = self[key] = self._make(key)
        return made


def without_surrogates(value: Value) -> Value:
    """Return a string, or tuples, dicts and structs of them, with lone surrogates as U+FFFD.

    A lone surrogate is no Unicode character, so no syntax of RDF can hold it.
    """
    return cast("Value", _without_surrogates(value))


def _without_surrogates(value: object) -> object:
    if isinstance(value, str):
        return SURROGATE.sub(REPLACEMENT, value)
    if isinstance(value, tuple):
        return tuple(_without_surrogates(item) for item in value)
    if isinstance(value, dict):
        return {
            _without_surrogates(name): _without_surrogates(item) for name, item in value.items()
        }
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return type(value)(**{name: _without_surrogates(item) for name, item in fields.items()})
    return value
