"""The prefixes that a query may use without declaring them, and IRIs made short with them."""

from __future__ import annotations

import re
from typing import Final

# What may follow the colon without an escape (SPARQL 1.1 §19.8, PN_LOCAL, the plain part of it).
LOCAL_NAME: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")


def predeclared(base: str) -> dict[str, str]:
    """Return prefix -> namespace: the well-known ones, and this catalogue's where `base` is given.

    >>> predeclared("https://example.org/")["type"]
    'https://example.org/type/'
    """
    from pipeline.vocabulary import COAR_TYPE, EU_LANGUAGE, PREFIXES

    prefixes = {**PREFIXES, "coar": COAR_TYPE, "language": EU_LANGUAGE}
    if base:
        prefixes |= {
            name: f"{base}{name}/" for name in ("type", "subject", "scheme", "resource", "record")
        }
    return prefixes


def shorten(iri: str, prefixes: dict[str, str]) -> str:
    """Return `prefix:name` where a prefix fits (the longest namespace wins), else `<iri>`.

    >>> shorten("http://purl.org/dc/terms/title", {"dcterms": "http://purl.org/dc/terms/"})
    'dcterms:title'
    >>> shorten("http://example.org/", {})
    '<http://example.org/>'
    """
    best, length = "", 0
    for name, namespace in prefixes.items():
        if (
            len(namespace) > length
            and iri.startswith(namespace)
            and LOCAL_NAME.fullmatch(iri, len(namespace))
        ):
            best, length = f"{name}:{iri[len(namespace) :]}", len(namespace)
    return best or f"<{iri}>"
