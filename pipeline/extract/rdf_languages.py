"""IRIs of languages -> their codes: the EU authority, Lexvo, the Library of Congress and others."""

from __future__ import annotations

import re

LANGUAGE_IRIS = re.compile(
    r"https?://(?:www\.)?(?:"
    r"publications\.europa\.eu/(?:resource/authority|mdr/authority)/language/"
    r"|lexvo\.org/id/(?:iso639-[1235]|term)/"
    r"|id\.loc\.gov/vocabulary/(?:iso639-[1235]|languages)/"
    r"|downlode\.org/rdf/iso-639/languages#"
    r"|psi\.oasis-open\.org/iso/639/#"
    r"|iso639-3\.sil\.org/code/"
    r")([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)/?"
)


def language_code(iri: str) -> str:
    """Return the code that the IRI of a language ends with, in lower case, or an empty text.

    >>> language_code("http://publications.europa.eu/resource/authority/language/ENG")
    'eng'
    """
    found = LANGUAGE_IRIS.fullmatch(iri.strip())
    return found.group(1).lower() if found else ""
