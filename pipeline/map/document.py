"""The JSON document of a record, as tables: which fields a node has and where the values stand.

The context says what each field means; these tables say what it holds. The writers are compiled
from both (`compile.py`), so the document itself is only ever built as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from pipeline.errors import SettingsError
from pipeline.map.context import Context
from pipeline.map.term import Term

Kind = Literal["texts", "strings", "date", "agents", "suggestions", "record"]


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a node of the document.

    `values` is the Python expression of its values (`Text`s for `texts`, `str`s for `strings`; one
    value or None for `date`; structs for what is a node; with `always_one`, a single value). It is
    compiled into the writers and is never made from input. IRIs that are `seldom_twice` met are
    not remembered. `cardinality` and `meaning` are for
    docs/mapping.md.
    """

    name: str
    kind: Kind
    values: str
    cardinality: str
    meaning: str
    always_one: bool = False
    seldom_twice: bool = False


Planned = tuple[Field, Term]

RESOURCE_CLASSES: Final = ("CreativeWork", "BibliographicResource")
NODE_CLASSES: Final[Mapping[Kind, str]] = {
    "agents": "Agent",
    "suggestions": "SubjectSuggestion",
    "record": "Document",
}


def _field(name: str, kind: Kind, values: str, cardinality: str, meaning: str) -> Field:
    return Field(name=name, kind=kind, values=values, cardinality=cardinality, meaning=meaning)


RESOURCE: Final = (
    _field("title", "texts", "record.title", "1..n, one a language", "the title"),
    _field("description", "texts", "record.description", "0..n, one a language", "the abstract"),
    _field("resourceType", "strings", "record.types", "0..n", "what kind of resource: a concept"),
    _field("language", "strings", "languages[record.languages]", "0..n", "its languages"),
    _field("issued", "date", "record.issued", "0..1", "when it was issued, typed by precision"),
    _field(
        "date",
        "strings",
        "(record.issued.year,) if record.issued and record.issued.year else ()",
        "0..1",
        "its earliest year",
    ),
    _field("creator", "agents", "record.creators", "0..n", "who made it"),
    _field("publisher", "agents", "record.publishers", "0..n", "who published it"),
    _field("subject", "strings", "record.subjects", "0..n", "its subjects, given or accepted"),
    _field("suggestion", "suggestions", "record.suggestions", "0..n", "subjects that are proposed"),
    _field("identifier", "strings", "record.identifiers", "0..n", "identifiers, as given"),
    Field(
        name="page",
        kind="strings",
        values="record.pages",
        cardinality="0..n",
        meaning="the landing page",
        seldom_twice=True,
    ),
    Field(
        name="file",
        kind="strings",
        values="record.files",
        cardinality="0..n",
        meaning="the file itself",
        seldom_twice=True,
    ),
    _field("isPartOf", "strings", "collection[record.source]", "0..1", "the source's collection"),
    _field("license", "strings", "record.licences", "0..n", "the resource's licence or rights"),
    _field("rights", "texts", "record.rights", "0..n", "rights in words"),
    _field("record", "record", "record", "1", "the record, which describes the resource"),
)
AGENT: Final = (
    Field(
        name="name",
        kind="strings",
        values="item.name",
        cardinality="1",
        meaning="the name, as the source gives it",
        always_one=True,
    ),
)
SUGGESTION: Final = (
    Field(
        name="suggestedSubject",
        kind="strings",
        values="item.concept",
        cardinality="1",
        meaning="the concept that is proposed",
        always_one=True,
    ),
    Field(
        name="matchedLabel",
        kind="texts",
        values="item.label",
        cardinality="1",
        meaning="the label that was found",
        always_one=True,
    ),
)
RECORD: Final = (
    _field("modified", "strings", "modified", "1", "the datestamp of the description"),
    _field(
        "source",
        "strings",
        "origin[record.source]",
        "0..1",
        "where it was taken from",
    ),
    _field("metadataLicense", "strings", "metadata_licence", "0..1", "the description's licence"),
    _field("inDataset", "strings", "dataset", "0..1", "the dataset it belongs to"),
)
TABLES: Final = {"agents": AGENT, "suggestions": SUGGESTION, "record": RECORD}
NODES: Final = frozenset(TABLES)

ALWAYS_PUBLISHED: Final = frozenset({"record", "isPartOf"})
PUBLISHED_AS: Final[Mapping[str, tuple[str, ...]]] = {
    "type": ("resourceType",),
    "issued": ("issued", "date"),
    "date": ("issued", "date"),
    "subject": ("subject", "suggestion"),
    "licence": ("license",),
}
"""Names that source files use, and the document's fields they stand for."""


def other_field(name: str) -> Field:
    """Return the table entry of a field that only a source and the context know."""
    return _field(name, "texts", "values", "0..n", "a field that a source declares")


def document_names() -> frozenset[str]:
    """Return the names of all fields that the tables know."""
    tables = (RESOURCE, AGENT, SUGGESTION, RECORD)
    return frozenset(field.name for table in tables for field in table)


def plan(table: tuple[Field, ...], context: Context) -> list[Planned]:
    """Return the fields of `table` that the context publishes, with their terms.

    Raises `SettingsError` where a term's definition does not fit what the field holds.
    """
    found = []
    for field in table:
        term = context.terms.get(field.name)
        if term is not None:
            fault = _misfit(field, term)
            if fault:
                raise SettingsError(
                    f"term '{field.name}': {fault[0]}", where=context.file, expected=fault[1]
                )
            found.append((field, term))
    return found


def other_fields(context: Context) -> list[Planned]:
    """Return the fields of the context that the tables do not know: those of `Record.other`."""
    known = document_names()
    names = sorted(name for name in context.fields if name not in known)
    return plan(tuple(other_field(name) for name in names), context)


def allowed(published: frozenset[str]) -> frozenset[str]:
    """Return the document's fields for the names in a source's `publish`; empty means all."""
    if not published:
        return frozenset()
    names = {name for field in published for name in PUBLISHED_AS.get(field, (field,))}
    return ALWAYS_PUBLISHED | names


def _misfit(field: Field, term: Term) -> tuple[str, str] | None:
    """Return what is wrong with `term` for what `field` holds, and what would be right."""
    literal = term.by_language or term.language
    if field.kind in NODES and (literal or term.coercion not in {"", "@id"}):
        return "its values are nodes with fields of their own", "no @type, or @id, and no language"
    if field.kind == "date" and (literal or term.is_reference or term.reverse):
        return "its value is a date", "no @type (typed by precision) or a datatype's IRI"
    if field.kind in {"texts", "strings"} and term.reverse and not term.is_reference:
        return "@reverse needs values that are IRIs", '"@type": "@id" beside @reverse'
    return None
