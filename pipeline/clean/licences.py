"""Licences: their IRIs, and the usual short names of Creative Commons and Open Data Commons."""

from __future__ import annotations

import re

from pipeline.clean.links import read_link

CREATIVE_COMMONS = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/(licenses|publicdomain)/([a-z+-]+)/(\d\.\d)(?:/([a-z]{2,3})(?=/|$))?"
    r"(?:/(?:deed|legalcode|rdf)?(?:\.[\w-]+)?)?/?",
    re.IGNORECASE,
)
SHORT_LICENCE = re.compile(
    r"(?:creative commons|cc)[\s:-]*(by(?:-(?:nc-sa|nc-nd|nc|sa|nd))?)[\s-]*v?(\d\.\d)"
    r"(?:[\s-]+([a-z]{2,3}))?"
)
LICENCE_WORDS = (
    (re.compile(r"\b(?:licen[sc]e|licence|international|unported|generic|public)\b"), " "),
    (re.compile(r"\bintergovernmental organizations?\b"), "igo"),
    (re.compile(r"\battribution\b"), "by"),
    (re.compile(r"\bnon-?\s?commercial\b"), "nc"),
    (re.compile(r"\bshare-?\s?alike\b"), "sa"),
    (re.compile(r"\bno-?\s?deriv(?:ative|atives|s)?(?: works)?\b"), "nd"),
    (re.compile(r"\b(by|nc)[\s/_-]+(?=(?:nc|sa|nd)\b)"), r"\1-"),
)
BRACKETS = re.compile(r"\([^()]{1,60}\)")
CC_VERSIONS = frozenset({"1.0", "2.0", "2.5", "3.0", "4.0"})
NAMED_LICENCES = {
    "cc0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc0 1.0 universal": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc zero": "https://creativecommons.org/publicdomain/zero/1.0/",
    "public domain mark": "https://creativecommons.org/publicdomain/mark/1.0/",
    "public domain mark 1.0": "https://creativecommons.org/publicdomain/mark/1.0/",
    "odbl": "https://opendatacommons.org/licenses/odbl/1-0/",
    "odbl 1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "odc by 1.0": "https://opendatacommons.org/licenses/by/1-0/",
    "pddl": "https://opendatacommons.org/licenses/pddl/1-0/",
    "pddl 1.0": "https://opendatacommons.org/licenses/pddl/1-0/",
}


def read_licence(text: str, homepage: str = "") -> str:
    """Return the IRI of a licence that is given as one or by a usual short name, or nothing.

    A Creative Commons licence without its version is none: the versions differ.

    >>> read_licence("CC BY-SA 4.0")
    'https://creativecommons.org/licenses/by-sa/4.0/'
    """
    if text.lower().startswith(("http://", "https://", "www.")):
        link = read_link(text, homepage).iri
        return _creative_commons(link) or link
    for part in (text, BRACKETS.sub("", text), *BRACKETS.findall(text)):
        if named := _named_licence(" ".join(re.sub(r"[(),_]", " ", part.lower()).split())):
            return named
    return ""


def is_licence(iri: str) -> bool:
    """Whether an IRI is that of a licence that is known here."""
    return bool(CREATIVE_COMMONS.fullmatch(iri)) or iri in NAMED_LICENCES.values()


def _named_licence(plain: str) -> str:
    if known := NAMED_LICENCES.get(plain.replace("-", " ")):
        return known
    for pattern, word in LICENCE_WORDS:
        plain = " ".join(pattern.sub(word, plain).split())
    found = SHORT_LICENCE.fullmatch(plain)
    if not found or found.group(2) not in CC_VERSIONS:
        return ""
    parts = ("https://creativecommons.org/licenses", *found.groups(""))
    return "/".join(part for part in parts if part) + "/"


def _creative_commons(iri: str) -> str:
    found = CREATIVE_COMMONS.fullmatch(iri)
    if not found:
        return ""
    parts = [part.lower() for part in found.groups() if part]
    return f"https://creativecommons.org/{'/'.join(parts)}/"
