"""The agents of a MARC record: names of persons, bodies and meetings, and what part they had."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pipeline.extract.marc_codes import CREATOR_WORDS, CREATORS, NOT_NAMED
from pipeline.extract.marc_fields import Fields
from pipeline.extract.marc_text import plain, trimmed

if TYPE_CHECKING:
    from pymarc import Field as MarcField

MAIN_ENTRIES = ("100", "110", "111")
ADDED_ENTRIES = ("700", "710", "711", "720")
SUFFIX = re.compile(r"(?:jr|sr|i{1,3}|iv|v|filho|neto|junior|senior)\.?,?", re.IGNORECASE)
SEPARATORS = re.compile(r"[,;/]|\band\b|\bund\b|\bet\b|\by\b")
# The identifiers of agents that the clean stage knows, as $0 and $1 hold them.
IRI = re.compile(
    r"https?://(?:www\.)?(?:orcid\.org/[0-9X-]{19}|ror\.org/0[0-9a-z]{8}"
    r"|isni\.org/(?:isni/)?[0-9X]{16}|viaf\.org/viaf/[0-9]+)/?"
)
CODED = re.compile(r"\((orcid|isni|viaf|ror)\)\s*([0-9A-Za-z-]+)", re.IGNORECASE)
HOSTS = {
    "orcid": "https://orcid.org/", "isni": "https://isni.org/isni/", "ror": "https://ror.org/",
    "viaf": "http://viaf.org/viaf/",
}  # fmt: skip


def agents(marc: Fields) -> tuple[list[str], list[str]]:
    """Return creators and contributors: a main entry is a creator unless its role is another's.

    An added entry is a creator only where its role says so. Entries of works ($t) are left out. A
    name is followed by the agent's ORCID, ISNI, ROR or VIAF where the entry has one.
    """
    creators: dict[str, None] = {}
    contributors: dict[str, None] = {}
    for field in marc.of(*MAIN_ENTRIES, *ADDED_ENTRIES):
        is_main = field.tag in MAIN_ENTRIES
        name = agent_name(field, punctuated=marc.punctuated)
        if not name or (field.get("t") and not is_main):
            continue
        said = _is_creator(field)
        is_creator = is_main if said is None else said
        (creators if is_creator else contributors)[_with_iri(name, field)] = None
    return list(creators), [name for name in contributors if name not in creators]


def agent_name(field: MarcField, *, punctuated: bool) -> str:
    """Return the name in X00, X10, X11 or 720, without dates and roles."""
    if field.tag.endswith("00"):
        return _person(field, punctuated=punctuated)
    if field.tag.endswith(("10", "11")):
        return _body(field, punctuated=punctuated)
    return trimmed(field.get("a") or "", punctuated=punctuated)


def publishers(fields: Iterable[MarcField], *, punctuated: bool) -> list[str]:
    """Return the names in $b of 260 or 264; a place or a statement that none is known is none."""
    found = []
    for field in fields:
        for value in field.get_subfields("b"):
            name = trimmed(value, punctuated=punctuated)
            if name.startswith("[") and name.endswith("]") and name.count("[") == 1:
                name = name[1:-1].strip()
            if name.rstrip(".").lower() not in NOT_NAMED:
                found.append(name)
    return found


def _person(field: MarcField, *, punctuated: bool) -> str:
    name = trimmed(field.get("a") or "", punctuated=punctuated)
    if number := trimmed(field.get("b") or "", punctuated=False):
        name = f"{name} {number}"
    for value in field.get_subfields("c"):
        title = trimmed(value, punctuated=False)
        if title and (field.indicator1 == "0" or SUFFIX.fullmatch(title)):
            name = f"{name}, {title}" if name else title
    return name


def _body(field: MarcField, *, punctuated: bool) -> str:
    part = "e" if field.tag.endswith("11") else "b"
    name = ""
    qualifiers: list[str] = []
    for code, value in field.subfields:
        if code in ("a", part):
            piece = trimmed(value, punctuated=punctuated)
            name += (" " if name.endswith(".") else ". ") + piece if name and piece else piece
        elif code in "cdgn" and plain(value):
            qualifiers.append(plain(value))
    return f"{name} {_qualified(qualifiers)}" if name and qualifiers else name


def _qualified(qualifiers: Sequence[str]) -> str:
    if qualifiers[0].startswith("("):
        return trimmed(" ".join(qualifiers), punctuated=True)
    return f"({' : '.join(trimmed(one, punctuated=True) for one in qualifiers)})"


def _is_creator(field: MarcField) -> bool | None:
    """Say whether the field's roles are a creator's; None where it gives none."""
    codes = {
        value.strip().rstrip("/").rpartition("/")[2].lower() for value in field.get_subfields("4")
    }
    words = {
        word.strip(" .[]()").lower()
        for value in field.get_subfields("j" if field.tag.endswith("11") else "e")
        for word in (value, *SEPARATORS.split(value))
    }
    roles = {role for role in codes | words if role}
    return bool(codes & CREATORS or words & CREATOR_WORDS) if roles else None


def _with_iri(name: str, field: MarcField) -> str:
    for value in field.get_subfields("1", "0"):
        if IRI.fullmatch(value.strip()):
            return f"{name} {value.strip()}"
        if found := CODED.fullmatch(value.strip()):
            return f"{name} {HOSTS[found.group(1).lower()]}{found.group(2)}"
    return name
