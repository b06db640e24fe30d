"""One subject of a graph -> its source record: its properties as our fields; pure."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import msgspec

from pipeline.errors import SettingsError
from pipeline.extract.payloads import shown
from pipeline.extract.properties import (
    DCAT,
    DCTERMS,
    DISTRIBUTIONS,
    GENERAL_CLASSES,
    OWL,
    PROPERTIES,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
    expand,
)
from pipeline.extract.rdf_graph import Graph, Term, has_iri
from pipeline.extract.rdf_values import Reader, Value
from pipeline.extract.source_record import Given, make_record, parted
from pipeline.kinds import OWN_KEY, Field
from pipeline.model import Issue, Locator, SourceRecord
from pipeline.settings import Source

RANKS = {name: rank for rank, name in enumerate(PROPERTIES)}
DESCRIBES_PAGE = SCHEMA + "mainEntityOfPage"
FILES = (DCAT + "downloadURL", SCHEMA + "contentUrl")
ENTRANCES = (DCAT + "accessURL", SCHEMA + "url")
LICENCES = (DCTERMS + "license", SCHEMA + "license")
RIGHTS = (DCTERMS + "rights",)
NAMELESS_CLASSES = (RDFS, OWL, RDF, SKOS)
LONGEST_POSITION = 200

PUBLISHED = frozenset(
    {"title", "description", "type", "subject", "language", "date", "creator", "publisher",
     "identifier", "page", "file", "licence", "rights"}
)  # fmt: skip
"""Fields of which it is worth knowing that something is missing."""


class Own(msgspec.Struct, frozen=True):
    """A field that the source's settings take from properties of their own choice."""

    name: str
    properties: tuple[str, ...]
    field: Field


def own_fields(source: Source) -> tuple[Own, ...]:
    """Return the entries of `rdf.fields`; raises `SettingsError` for one that is no property."""
    found = []
    for name, given in (source.rdf.fields if source.rdf else {}).items():
        field = Field(given) if isinstance(given, str) else given
        where = source.file or source.name
        if name == OWN_KEY:
            raise SettingsError(
                f"key 'rdf.fields.{name}': the name is taken by the record's IRI", where=where,
                expected="another name", next_step="to identify records otherwise, set 'key'",
            )  # fmt: skip
        if field.attribute:
            raise SettingsError(
                f"key 'rdf.fields.{name}.attribute': properties have no attributes", where=where,
                expected="'select' alone",
            )  # fmt: skip
        properties = tuple(expand(word) for word in field.select.split())
        if not properties or not all(properties):
            raise SettingsError(
                f"key 'rdf.fields.{name}': {shown(field.select)!r} is no property", where=where,
                expected="an IRI such as http://purl.org/dc/terms/title, or dcterms:title with a "
                "usual prefix; several are parted by blanks",
            )  # fmt: skip
        found.append(Own(name, properties, field))
    return tuple(found)


class Describer:
    """Makes the records of one graph."""

    def __init__(self, graph: Graph, source: Source, own: Sequence[Own], place: Locator) -> None:
        self.graph = graph
        self.source = source
        self.own = own
        self.place = place
        self.reader = Reader(graph, source.languages)

    def record(self, subject: str, number: int) -> SourceRecord:
        """Return the record of `subject`, the `number`th of its document."""
        found, nameless = self._natural(subject)
        parts = {name: [_given(value) for value in values] for name, values in found.items()}
        markup = {name for name, values in found.items() if any(v.is_markup for v in values)}
        for name in markup:
            parts[name] = [
                Given(value.text if value.is_markup else html.escape(value.text, quote=False),
                      value.language)
                for value in found[name]
            ]  # fmt: skip
        for own in self.own:
            parts.pop(own.name, None)
            markup.discard(own.name)
            if values := self._values(subject, own.properties, own.name, nameless):
                parts[own.name] = parted([_given(value) for value in values], own.field)
                if own.field.html or any(value.is_markup for value in values):
                    markup.add(own.name)
        position = f"record {shown(subject, LONGEST_POSITION) if has_iri(subject) else number}"
        issues = [self._nameless(position, name) for name in sorted(nameless & PUBLISHED)]
        return make_record(
            self.source, self.place, position, parts, key=self._key(subject, parts),
            markup=markup, issues=issues, look="the property that 'rdf.fields' gives it",
        )  # fmt: skip

    def _natural(self, subject: str) -> tuple[dict[str, list[Value]], set[str]]:
        """Return the fields by their usual properties, and the properties of nameless nodes."""
        nodes = self.graph.described_by(subject)
        names = {name for node in nodes for name in self.graph.statements.get(node, ())}
        found: dict[str, list[Value]] = {}
        nameless = set[str]()
        ordered = sorted(names & RANKS.keys(), key=RANKS.__getitem__)
        for name in ordered:
            field = PROPERTIES[name]
            values = [
                value for node in nodes for value in self._values(node, (name,), field, nameless)
            ]
            values = self.reader.keywords(name, values)
            if field == "title":
                _add_titles(found, values)
            else:
                _add(found, field, values)
        self._add_distributions(found, nodes)
        strong = any(PROPERTIES[name] == "page" and name != DESCRIBES_PAGE for name in ordered)
        self._add_pages(found, subject, strong=strong)
        if "date" not in found and "created" in found:
            found["date"] = found["created"]
        if "type" not in found:
            _add(found, "type", self._class_names(subject))
        return found, nameless

    def _values(
        self, node: str, names: Sequence[str], field: str, nameless: set[str]
    ) -> list[Value]:
        found = []
        for term in self.graph.values(node, *names):
            values = self.reader.read(field, term)
            found += values
            if not values:
                nameless.add(field)
        return found

    def _add_distributions(self, found: dict[str, list[Value]], nodes: Sequence[str]) -> None:
        """Add the addresses of the forms that a resource is given in, and their licences."""
        graph = self.graph
        files, entrances = list[Value](), list[Value]()
        licences, rights = list[Value](), list[Value]()
        for node in nodes:
            for name in sorted(DISTRIBUTIONS & graph.statements.get(node, {}).keys()):
                for term in graph.values(node, name):
                    if not term.is_node or term.value not in graph.statements:
                        where = "distribution" if name.startswith(DCAT) else "file"
                        _add(found, where, [Value(term.value)] if has_iri(term.value) else [])
                        continue
                    files += self._read(term, FILES, "file")
                    entrances += self._read(term, ENTRANCES, "page")
                    licences += self._read(term, LICENCES, "licence")
                    rights += self._read(term, RIGHTS, "rights")
        _add(found, "file", files)
        known = {value.text for value in found.get("file", ())}
        further = [value for value in entrances if value.text not in known]
        _add(found, "accessURL" if "page" in found else "page", further)
        for name, values in (("licence", licences), ("rights", rights)):
            if name not in found:
                _add(found, name, values)

    def _read(self, term: Term, names: Sequence[str], field: str) -> list[Value]:
        given = self.graph.values(term.value, *names)
        return [value for one in given for value in self.reader.read(field, one)]

    def _add_pages(self, found: dict[str, list[Value]], subject: str, *, strong: bool) -> None:
        """Add the subject itself where nothing better than it is known as the page."""
        given = found.get("page", [])
        is_address = has_iri(subject) and subject.startswith(("http://", "https://"))
        same = {value.text.partition("#")[0] for value in given}
        if is_address and not strong and subject.partition("#")[0] not in same:
            found["page"] = [Value(subject), *given]

    def _class_names(self, subject: str) -> list[Value]:
        """Return the local names of classes that say what kind of thing a resource is."""
        return [
            Value(name.rstrip("/#").rpartition("#")[2].rpartition("/")[2])
            for name in self.graph.classes(subject)
            if name not in GENERAL_CLASSES and not name.startswith(NAMELESS_CLASSES)
        ]

    def _key(self, subject: str, parts: Mapping[str, Sequence[Given]]) -> str:
        if has_iri(subject):
            return subject
        for name in ("identifier", "page"):
            if value := next((given.value for given in parts.get(name, ()) if given.value), ""):
                return value
        return ""

    def _nameless(self, position: str, field: str) -> Issue:
        message = (
            f"field '{field}': points to something that has neither a name nor an address here; "
            "it was left out"
        )
        return Issue(self.source.name, position, "extract", field, "", "info", message)


def _given(value: Value) -> Given:
    return Given(value.text, value.language)


def _add(found: dict[str, list[Value]], field: str, values: Sequence[Value]) -> None:
    """Add the values that are not there yet."""
    if values:
        found[field] = list(dict.fromkeys([*found.get(field, ()), *values]))


def _add_titles(found: dict[str, list[Value]], values: Sequence[Value]) -> None:
    """Add titles in languages that have none yet; others become alternative titles.

    A resource that is given a title and a label has one title: the better property's.
    """
    titles = found.get("title", [])
    if not titles:
        _add(found, "title", values)
        return
    texts = {value.text for value in titles}
    tags = {value.language.lower() for value in titles}
    for value in values:
        if value.text in texts:
            continue
        is_new = value.language and "" not in tags and value.language.lower() not in tags
        _add(found, "title" if is_new else "alternative", [value])
