"""Dublin Core of any flavour (oai_dc, qualified, dcterms) -> fields, by local names."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from pipeline.extract.oai_names import (
    inherited_language,
    language_in,
    local,
    name_of,
    reference,
    text_of,
)
from pipeline.kinds import OWN_KEY

if TYPE_CHECKING:
    from lxml.etree import _Element

Value = tuple[str, str]
"""A value and the language stated for it, as `Given`, which takes longer to make."""

Found = dict[str, list[Value]]
"""Fields and their values, as a format's reader gives them."""

DC = "{http://purl.org/dc/elements/1.1/}"
TERMS = {
    "title": "title", "alternative": "alternative", "creator": "creator",
    "contributor": "contributor", "publisher": "publisher", "subject": "subject",
    "description": "description", "abstract": "description",
    "tableofcontents": "tableOfContents", "date": "date", "issued": "issued",
    "created": "created", "available": "available", "modified": "modified", "valid": "valid",
    "dateaccepted": "dateAccepted", "datecopyrighted": "dateCopyrighted",
    "datesubmitted": "dateSubmitted", "type": "type", "format": "format", "extent": "extent",
    "medium": "medium", "identifier": "identifier", "source": "source", "language": "language",
    "relation": "relation", "ispartof": "isPartOf", "haspart": "hasPart",
    "isversionof": "isVersionOf", "hasversion": "hasVersion", "isformatof": "isFormatOf",
    "hasformat": "hasFormat", "isreferencedby": "isReferencedBy", "references": "references",
    "replaces": "replaces", "isreplacedby": "isReplacedBy", "requires": "requires",
    "isrequiredby": "isRequiredBy", "conformsto": "conformsTo", "coverage": "coverage",
    "spatial": "spatial", "temporal": "temporal", "rights": "rights", "accessrights": "rights",
    "license": "licence", "licence": "licence", "rightsholder": "rightsHolder",
    "audience": "audience", "educationlevel": "educationLevel", "mediator": "mediator",
    "instructionalmethod": "instructionalMethod", "provenance": "provenance",
    "bibliographiccitation": "bibliographicCitation",
}  # fmt: skip
"""The elements of dcterms by their names in small letters, and the fields they become."""

USUAL = {f"{DC}{name}": field for name, field in TERMS.items() if name == field}
INSTEAD_OF_ISSUED = ("created", "dateCopyrighted", "available", "dateSubmitted")
"""What counts as the date where nothing else is given, the best first."""

ADDRESS = ("http://", "https://")
DOI_HOST = "doi.org/10."
DOI_ADDRESS = re.compile(r"https?://(?:dx\.|www\.)?doi\.org/10\.")
FILE_SUFFIXES = frozenset({
    "pdf", "epub", "mobi", "doc", "docx", "odt", "rtf", "ppt", "pptx", "odp", "xls", "xlsx", "ods",
    "csv", "zip", "ps", "djvu", "mp3", "mp4",
})  # fmt: skip
SLASHES_BEFORE_PATH = 2
MACHINE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)")
NAME = re.compile(r"[A-Za-z][\w.-]{0,60}")


def read(root: _Element) -> Found:
    """Return the fields of a container of Dublin Core elements, each with its own language."""
    found: Found = {}
    above = language_in(root)
    for child in root:
        tag = child.tag
        field = USUAL.get(tag) or field_of(tag)
        text = text_of(child) if len(child) else child.text
        language = above
        if child.keys():
            language = language_in(child) or above
            if not text or text.isspace():
                text = reference(child)
        if not text or not field:
            continue
        if field in found:
            found[field].append((text, language))
        else:
            found[field] = [(text, language)]
    return arranged(found)


def read_any(root: _Element) -> Found:
    """Return what looks like Dublin Core anywhere in an unknown format.

    An element of such a name that holds none of another gives each text within it, as
    `<title><string lang="fr">…</string></title>` of learning object metadata.
    """
    found: Found = {}
    waiting = [(root, "")]
    while waiting:
        element, above = waiting.pop()
        field = TERMS.get(local(element.tag), "") or above
        children = [child for child in element if local(child.tag)]
        waiting.extend((child, field) for child in reversed(children))
        if field and not children and (text := element.text or reference(element)):
            found.setdefault(field, []).append((text, inherited_language(element, root)))
    return arranged(found)


@functools.lru_cache(maxsize=4096)
def field_of(tag: object) -> str:
    """Return the field that an element becomes: its term's, or its own name; empty for none."""
    name = local(tag)
    if name in TERMS:
        return TERMS[name]
    own = name_of(tag) if isinstance(tag, str) else ""
    return own if NAME.fullmatch(own) and own != OWN_KEY else ""


def arranged(found: Found) -> Found:
    """Return fields as clean wants them: links, licences and the date of issue in their places."""
    if "identifier" in found:
        _place_identifiers(found)
    if "rights" in found:
        _place_licences(found)
    dates = found.get("date", [])
    if "issued" in found:
        dates = found.pop("issued") + dates
    if not dates:
        dates = next((found[name] for name in INSTEAD_OF_ISSUED if name in found), [])
    if len(dates) > 1:
        # Repositories also give the moments at which they took an item in, to the second.
        dates = sorted(dates, key=_is_machine_time)
    if dates:
        found["date"] = dates
    return found


def _is_machine_time(value: Value) -> bool:
    text = value[0].strip()
    return text[10:11] == "T" and MACHINE_TIME.fullmatch(text) is not None


def is_address(text: str) -> bool:
    """Say whether a value is a web address.

    >>> is_address(" HTTPS://example.org"), is_address("doi:10.1/2")
    (True, False)
    """
    return text.strip()[: len("https://")].lower().startswith(ADDRESS)


def _is_file(address: str) -> bool:
    """Say whether an address in small letters is that of a file, not of a page about it."""
    path = address.partition("?")[0].partition("#")[0]
    return (
        (path.rpartition(".")[2] in FILE_SUFFIXES and path.count("/") > SLASHES_BEFORE_PATH)
        or "/bitstream" in path  # of DSpace
        or "/viewcontent.cgi" in path  # of Digital Commons
    )


def _place_identifiers(found: Found) -> None:
    """Move addresses: the first to `page`, those of files to `file`; the rest are identifiers."""
    kept: list[Value] = []
    for value in found.pop("identifier"):
        text = value[0].strip().lower()
        if not text.startswith(ADDRESS):
            kept.append(value)
        elif DOI_HOST in text and DOI_ADDRESS.match(text):
            kept.append(value)
            found.setdefault("page", [value])
        elif _is_file(text):
            found.setdefault("file", []).append(value)
        elif "page" in found:
            kept.append(value)
        else:
            found["page"] = [value]
    if kept:
        found["identifier"] = kept


def _place_licences(found: Found) -> None:
    """Move addresses to `licence`; statements in words stay."""
    rights = found.pop("rights")
    links = [value for value in rights if is_address(value[0])]
    if links:
        found["licence"] = found.get("licence", []) + links
        rights = [value for value in rights if value not in links]
    if rights:
        found["rights"] = rights
