"""N-Triples terms written by hand, as bytes (RDF 1.1 N-Triples, section 2)."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

import orjson

_SURROGATES = re.compile("[\ud800-\udfff]")
# ucschar of RFC 3987 (section 2.2): no private use, no noncharacters.
_UCSCHAR = "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U000e1000-\U000efffd" + "".join(
    f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14)
)
# What may not stand in a path, and a `%` that begins no encoding.
_NOT_IN_IRI = re.compile(f"[^A-Za-z0-9._~:/?#@!$&'()*+,;=%\\-{_UCSCHAR}]|%(?![0-9A-Fa-f]{{2}})")


@lru_cache(maxsize=4096)
def iri(value: str) -> bytes:
    """Return an IRIREF; what may not stand in one is percent-encoded.

    >>> iri("https://example.org/a b>")
    b'<https://example.org/a%20b%3E>'
    """
    head, hash_sign, fragment = _NOT_IN_IRI.sub(_encoded, scalar(value)).partition("#")
    return f"<{head}{hash_sign}{fragment.replace('#', '%23')}>".encode()


def literal(value: str, *, language: str = "", datatype: str = "") -> bytes:
    r"""Return a literal; the tag and the datatype are the caller's and must be well formed.

    A JSON string is a valid STRING_LITERAL_QUOTE: both escape the same characters the same way.

    >>> literal('a "b"\n', language="en").decode()
    '"a \\"b\\"\\n"@en'
    """
    text = orjson.dumps(scalar(value))
    if language:
        return b"%s@%s" % (text, language.encode("ascii"))
    return b"%s^^%s" % (text, iri(datatype)) if datatype else text


def triple(subject: bytes, predicate: bytes, value: bytes) -> bytes:
    """Return one line of N-Triples, made of three terms."""
    return b"%s %s %s .\n" % (subject, predicate, value)


def scalar(value: str) -> str:
    """Return `value` with U+FFFD for lone surrogates, which no encoding of Unicode carries."""
    return value if value.isascii() else _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", value)


def _encoded(match: re.Match[str]) -> str:
    return quote(match[0], safe="")
