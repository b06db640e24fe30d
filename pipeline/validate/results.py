"""What an engine found, and the issues that a librarian is told of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from pipeline.model import Issue, Severity
from pipeline.vocabulary import CATALOOM, DC, DCTERMS, FOAF, RDF, SCHEMA, SH, SKOS, VOID

# What a statement means to the person who fills in a source; see docs/sources.md.
FIELDS: Final = {
    CATALOOM + "suggestion": "suggestion",
    CATALOOM + "suggestedSubject": "suggestion",
    CATALOOM + "matchedLabel": "suggestion",
    DC + "rights": "rights",
    DCTERMS + "creator": "creator",
    DCTERMS + "date": "issued",
    DCTERMS + "description": "description",
    DCTERMS + "identifier": "identifier",
    DCTERMS + "isPartOf": "collection",
    DCTERMS + "issued": "issued",
    DCTERMS + "language": "language",
    DCTERMS + "license": "licence",
    DCTERMS + "modified": "modified",
    DCTERMS + "publisher": "publisher",
    DCTERMS + "rights": "rights",
    DCTERMS + "source": "source",
    DCTERMS + "subject": "subject",
    DCTERMS + "title": "title",
    DCTERMS + "type": "type",
    FOAF + "page": "page",
    FOAF + "primaryTopic": "record",
    RDF + "type": "class",
    SCHEMA + "associatedMedia": "file",
    SKOS + "prefLabel": "label",
    VOID + "inDataset": "dataset",
}
# The parts of a resource that have an IRI of their own, by the beginning of their fragment.
FRAGMENTS: Final = ("creator", "publisher", "suggestion")
LONGEST_VALUE: Final = 160  # characters of a value that a message quotes
UNREADABLE: Final = CATALOOM + "UnreadableConstraintComponent"

_SEVERITIES: Final[dict[str, Severity]] = {
    SH + "Violation": "violation",
    SH + "Warning": "warning",
    SH + "Info": "info",
}


class Result(msgspec.Struct, frozen=True, order=True):
    """One validation result, as SHACL §3.6.2 has it.

    `record` is the identifier of the record it is about (empty: the catalogue itself). `focus` and
    `value` are terms in N-Triples syntax, `path` a path in SPARQL syntax; `value` and `path`
    are empty where the result has none. `text` is the value without syntax, `shape`, `component`
    and `severity` are IRIs, `field` is the record's field.
    """

    record: str
    focus: str
    path: str
    shape: str
    value: str
    component: str
    severity: str
    message: str
    text: str = ""
    field: str = ""

    @property
    def blocks(self) -> bool:
        """Tell whether the record may not be published."""
        return self.severity == SH + "Violation"


def field_name(path: str, fragment: str = "", reference: str = "") -> str:
    """Return the record's field for a path.

    `fragment` is that of the focus (`creator-1`), `reference` the property by which the record
    points to the focus; both say more than the path where the focus is not the resource itself.

    >>> field_name("<http://purl.org/dc/terms/title>")
    'title'
    >>> field_name("<http://xmlns.com/foaf/0.1/name>", fragment="creator-2")
    'creator'
    >>> field_name("<https://example.org/ns#audience>")
    'audience'
    """
    for kind in FRAGMENTS:
        if fragment.startswith(kind):
            return kind
    if reference in FIELDS:
        return FIELDS[reference]
    iri = path[path.find("<") + 1 : path.find(">")] if "<" in path else path
    return FIELDS.get(iri) or iri[max(iri.rfind("/"), iri.rfind("#")) + 1 :]


def issue(result: Result) -> Issue:
    """Return `result` as the issue of its record."""
    return Issue(
        source=source_of(result.record),
        identifier=result.record,
        stage="validate",
        property=result.field,
        value=result.text,
        severity=_SEVERITIES.get(result.severity, "warning"),
        message=_message(result),
    )


def by_record(results: Iterable[Result]) -> dict[str, tuple[Issue, ...]]:
    """Return the issues of each record; what is about no record stands under an empty key."""
    found: dict[str, list[Issue]] = {}
    for result in results:
        found.setdefault(result.record, []).append(issue(result))
    return {record: tuple(found[record]) for record in sorted(found)}


def source_of(record: str) -> str:
    """Return the name of the source that a record's identifier begins with.

    >>> source_of("sepm-resources-vjhjyeeh3h")
    'sepm-resources'
    """
    return record.rpartition("-")[0]


def _message(result: Result) -> str:
    """Join what the shape says, the value and the rule."""
    message = result.message
    quoted = " ".join(result.text.split())
    if quoted:
        if len(quoted) > LONGEST_VALUE:
            quoted = f"{quoted[:LONGEST_VALUE]}… ({len(result.text)} characters)"
        message += f" Value: “{quoted}”."
    return f"{message} Rule: {result.shape[result.shape.rfind('/') + 1 :]}."
