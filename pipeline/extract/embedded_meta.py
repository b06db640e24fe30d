"""Metadata in a page's meta tags: citation tags, Dublin Core, Open Graph, and plain HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from pipeline.extract.payloads import MOST_VALUES
from pipeline.extract.properties import DC, DCTERMS, PROPERTIES
from pipeline.extract.source_record import Given

if TYPE_CHECKING:
    from pipeline.extract.embedded_page import HtmlPage, Meta

Found = dict[str, list[Given]]

CITATION = re.compile(r"(?:bepress_)?citation_(.+)")
CITATIONS = {
    "title": "title", "abstract": "description", "language": "language", "doi": "doi",
    "author": "creator", "authors": "creators", "publication_date": "date", "date": "date",
    "cover_date": "date", "online_date": "date", "year": "date", "isbn": "ISBN",
    "technical_report_number": "identifier", "keywords": "subject", "keyword": "subject",
    "publisher": "publisher", "dissertation_institution": "publisher",
    "technical_report_institution": "publisher", "journal_title": "isPartOf",
    "inbook_title": "isPartOf", "conference_title": "isPartOf", "series_title": "isPartOf",
    "pdf_url": "file", "public_url": "page", "abstract_html_url": "page",
    "fulltext_html_url": "page",
}  # fmt: skip
"""Tags that Google Scholar reads (https://scholar.google.com/intl/en/scholar/inclusion.html)."""

IDENTIFIERS: dict[str, Callable[[str], str]] = {
    "doi": lambda value: f"https://doi.org/{value}" if value.startswith("10.") else value,
    "ISBN": lambda value: f"ISBN {value}",
}
CITATION_TYPES = {
    "journal_title": "Article", "conference_title": "Conference paper", "inbook_title": "Chapter",
    "dissertation_institution": "Thesis", "technical_report_institution": "Report",
    "technical_report_number": "Report",
}  # fmt: skip
ORCID = "author_orcid"
DUBLIN_CORE = re.compile(r"(?:dc|dcterms|dct)[.:](.+)", re.IGNORECASE)
NAMESPACES = {DC, DCTERMS}
# Elements that are still what they are when a refinement is not known (`DC.Creator.PersonalName`).
REFINED = frozenset({"title", "creator", "contributor", "subject", "description", "identifier",
                     "publisher", "type", "language", "rights", "relation"})  # fmt: skip
OPEN_GRAPH = {
    "og:title": "title", "og:description": "description", "og:type": "type", "og:image": "image",
    "article:author": "creator", "book:author": "creator", "og:author": "creator",
    "article:published_time": "date", "book:release_date": "date", "og:published_time": "date",
    "article:modified_time": "modified", "og:updated_time": "modified",
    "article:tag": "subject", "book:tag": "subject", "video:tag": "subject",
    "article:section": "subject", "book:isbn": "ISBN",
}  # fmt: skip
NO_TYPES = frozenset({"website", "object", "blog", "other"})
"""What og:type says of pages that are nothing particular."""

PLAIN = {"description": "description", "author": "creator", "date": "date"}
SEVERAL = re.compile(r"\s*;\s*")


def _dublin_core_fields() -> dict[str, str]:
    """Return local name, in small letters -> field, for elements and terms."""
    return {
        iri.removeprefix(namespace).lower(): field
        for namespace in (DC, DCTERMS)
        for iri, field in PROPERTIES.items()
        if iri.startswith(namespace)
    }


def citation(page: HtmlPage) -> Found:
    """Return what the citation tags say; the ORCID behind an author stands with the name."""
    found: Found = {}
    types: dict[str, None] = {}
    for meta in page.metas:
        match = CITATION.fullmatch(meta.name.lower())
        if not match:
            continue
        tag = match.group(1)
        field = CITATIONS.get(tag, "")
        if tag in CITATION_TYPES:
            types[CITATION_TYPES[tag]] = None
        if tag == ORCID and found.get("creator"):
            author = found["creator"][-1]
            found["creator"][-1] = author._replace(value=f"{author.value} {_orcid(meta.content)}")
        elif field == "creators":
            found["creator"] = [Given(name) for name in SEVERAL.split(meta.content)]
        elif field in IDENTIFIERS:
            _add(found, "identifier", Given(IDENTIFIERS[field](meta.content.strip())))
        elif field == "subject":
            for word in meta.content.split(";" if ";" in meta.content else ","):
                _add(found, field, Given(word, meta.language))
        elif field and not (field == "date" and field in found):  # others say the same again
            _add(found, field, Given(meta.content, meta.language))
    if found and types:
        found["type"] = [Given(name) for name in types]
    return found


def dublin_core(page: HtmlPage) -> Found:
    """Return what meta and link elements in Dublin Core say (DCMI, DC-HTML)."""
    fields = _dublin_core_fields()
    declared = tuple(
        f"{link.name[len('schema.') :].lower()}."
        for link in page.links
        if link.name.lower().startswith("schema.") and link.content in NAMESPACES
    )
    found: Found = {}
    for meta in (*page.metas, *page.links):
        rest = _dublin_core_name(meta, declared)
        if not rest:
            continue
        parts = rest.lower().split(".")
        field = fields.get(parts[-1], parts[0] if parts[0] in REFINED else "")
        if not field:
            continue
        for value in SEVERAL.split(meta.content) if field == "subject" else [meta.content]:
            _add(found, field, Given(value, meta.language))
    return found


def open_graph(page: HtmlPage) -> Found:
    """Return what Open Graph says (https://ogp.me)."""
    found: Found = {}
    for meta in page.metas:
        field = OPEN_GRAPH.get(meta.name.lower(), "")
        if not field or (field == "type" and meta.content.lower() in NO_TYPES):
            continue
        if field == "creator" and meta.content.startswith(("http://", "https://")):
            continue  # the address of a profile
        if field in IDENTIFIERS:
            _add(found, "identifier", Given(IDENTIFIERS[field](meta.content)))
        elif field not in found or field in {"creator", "subject"}:
            _add(found, field, Given(meta.content))
    return found


def plain_html(page: HtmlPage) -> Found:
    """Return what any page says: its title, description, author, keywords and licence."""
    found: Found = {}
    title = next((" ".join(one.text_content().split()) for one in page.root.iter("title")), "")
    if title:
        found["title"] = [Given(title)]
    for name, field in PLAIN.items():
        for content in page.content(name)[:1]:
            _add(found, field, Given(content))
    for content in page.content("keywords"):
        for word in content.split(","):
            _add(found, "subject", Given(word))
    for link in page.links:
        if link.name.lower() == "license":
            _add(found, "licence", Given(link.content))
    return found


def _add(found: Found, field: str, given: Given) -> None:
    values = found.setdefault(field, [])
    # One more than a record may have, so that what is beyond is told.
    if given.value.strip() and len(values) <= MOST_VALUES and given not in values:
        values.append(given)


def _dublin_core_name(meta: Meta, declared: tuple[str, ...]) -> str:
    if match := DUBLIN_CORE.fullmatch(meta.name):
        return match.group(1)
    prefix = next((one for one in declared if meta.name.lower().startswith(one)), "")
    return meta.name[len(prefix) :] if prefix else ""


def _orcid(text: str) -> str:
    value = text.strip()
    return value if "://" in value else f"https://orcid.org/{value}"
