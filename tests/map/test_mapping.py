"""The context decides what is published: changes of it, of the scope, and hostile ones."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import msgspec
import pytest

from pipeline.map import Mapping, Scope
from pipeline.map.program import Program
from pipeline.model import Agent, Date, Record, Suggestion, Text

Compiled = Callable[..., Mapping]
Graph = Callable[[Mapping, Record], set[tuple[str, str, tuple[str, ...]]]]
DCTERMS = "http://purl.org/dc/terms/"
XSD = "http://www.w3.org/2001/XMLSchema#"
RESOURCE = "https://example.org/catalogue/resource/demo-abcdefghij"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def values(triples: set[tuple[str, str, tuple[str, ...]]], predicate: str) -> set[tuple[str, ...]]:
    return {value for _, found, value in triples if found == predicate}


def other(record: Record, **fields: Text) -> Record:
    return msgspec.structs.replace(record, other={name: (text,) for name, text in fields.items()})


def test_the_iri_of_a_term(with_context: Compiled, graph: Graph, record: Record) -> None:
    mapping = with_context(title={"@id": "schema:name", "@container": "@language"})
    triples = graph(mapping, record)
    assert values(triples, "http://schema.org/name") == {("Un título", "", "es")}
    assert values(triples, DCTERMS + "title") == set()
    assert b"schema:name" in mapping.turtle(record)


def test_a_field_more(with_context: Compiled, graph: Graph, record: Record) -> None:
    record = other(record, audience=Text("https://example.org/all"), unheard=Text("of"))
    assert not any("audience" in predicate for _, predicate, _ in graph(with_context(), record))
    mapping = with_context(audience={"@id": "dcterms:audience", "@type": "@id"})
    assert "audience" in mapping.fields()
    assert "unheard" not in mapping.fields()
    assert values(graph(mapping, record), DCTERMS + "audience") == {("https://example.org/all",)}


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ("dcterms:extent", ("12", XSD + "string", "")),
        ({"@id": "dcterms:extent", "@type": "xsd:integer"}, ("12", XSD + "integer", "")),
        ({"@id": "dcterms:extent", "@type": "xsd:string"}, ("12", XSD + "string", "")),
        ({"@id": "dcterms:extent", "@container": "@language"}, ("12", "", "es")),
        ({"@id": "dcterms:extent", "@container": ["@set", "@language"]}, ("12", "", "es")),
        ({"@id": "dcterms:extent", "@language": "pt-BR"}, ("12", "", "pt-br")),
        ({"@id": "dcterms:extent", "@container": "@set"}, ("12", XSD + "string", "")),
    ],
)
def test_datatype_and_language(
    definition: object,
    value: tuple[str, ...],
    with_context: Compiled,
    graph: Graph,
    record: Record,
) -> None:
    mapping = with_context(extent=definition)
    triples = graph(mapping, other(record, extent=Text("12", "es")))
    assert values(triples, DCTERMS + "extent") == {value}


def test_names_of_the_context_as_values(
    with_context: Compiled, graph: Graph, record: Record
) -> None:
    mapping = with_context(kind={"@id": "dcterms:format", "@type": "@vocab"})
    texts = tuple(map(Text, ["CreativeWork", "title", "id", "none", "https://example.org/x"]))
    record = msgspec.structs.replace(record, other={"kind": texts})
    assert values(graph(mapping, record), DCTERMS + "format") == {
        ("http://schema.org/CreativeWork",),
        (DCTERMS + "title",),
        ("https://example.org/x",),
    }
    assert [issue.value for issue in mapping.problems(record)] == ["id", "none"]


def test_backwards(with_context: Compiled, graph: Graph, record: Record) -> None:
    mapping = with_context(
        part={"@reverse": "dcterms:hasPart", "@type": "@id"},
        page={"@reverse": "foaf:topic", "@type": "@id"},
        creator={"@reverse": "foaf:made"},
        record={"@id": "foaf:isPrimaryTopicOf"},
    )
    record = msgspec.structs.replace(
        other(record, part=Text("https://example.org/all")),
        pages=("https://example.org/b", "https://example.org/a", "no"),
        creators=(Agent("One"), Agent("Two", "https://example.org/two")),
    )
    triples = graph(mapping, record)
    assert ("https://example.org/all", DCTERMS + "hasPart", (RESOURCE,)) in triples
    assert ("https://example.org/a", "http://xmlns.com/foaf/0.1/topic", (RESOURCE,)) in triples
    assert ("https://example.org/two", "http://xmlns.com/foaf/0.1/made", (RESOURCE,)) in triples
    assert values(triples, "http://xmlns.com/foaf/0.1/isPrimaryTopicOf")
    assert not values(triples, "http://xmlns.com/foaf/0.1/primaryTopic")


@pytest.mark.parametrize(
    ("precision", "datatype"),
    [
        ("gYear", XSD + "gYear"),
        ("gYearMonth", XSD + "gYearMonth"),
        ("date", XSD + "date"),
        ("edtf", "http://id.loc.gov/datatypes/edtf"),
    ],
)
def test_dates(
    precision: str,
    datatype: str,
    mapping: Mapping,
    with_context: Compiled,
    graph: Graph,
    record: Record,
) -> None:
    date = msgspec.convert({"value": "2008", "precision": precision, "year": "2008"}, Date)
    record = msgspec.structs.replace(record, issued=date)
    triples = graph(mapping, record)
    assert values(triples, DCTERMS + "issued") == {("2008", datatype, "")}
    assert values(triples, DCTERMS + "date") == {("2008", XSD + "gYear", "")}
    for kind in ("token", "string"):
        plain = with_context(
            issued={"@id": "dcterms:issued", "@type": f"xsd:{kind}", "@container": "@set"}
        )
        assert values(graph(plain, record), DCTERMS + "issued") == {("2008", XSD + kind, "")}


def test_one_predicate_twice_and_numbers_beyond_nine(
    with_context: Compiled, graph: Graph, record: Record
) -> None:
    mapping = with_context(date={"@id": "dcterms:issued", "@type": "xsd:gYear"})
    agents = tuple(Agent(f"Name {number}") for number in range(1, 13))
    record = msgspec.structs.replace(
        record, issued=Date("2008", "gYear", "2008"), creators=agents, publishers=agents[:1]
    )
    triples = graph(mapping, record)
    assert len(values(triples, DCTERMS + "issued")) == 1
    assert len(values(triples, DCTERMS + "creator")) == 12


def test_without_classes(with_context: Compiled, graph: Graph, record: Record) -> None:
    classes = ("CreativeWork", "BibliographicResource", "Document", "Agent", "SubjectSuggestion")
    mapping = with_context(without=(*classes, "title"))
    assert mapping.missing() == tuple(sorted((*classes, "title")))
    record = msgspec.structs.replace(record, creators=(Agent("One"),))
    triples = graph(mapping, record)
    assert not values(triples, RDF_TYPE)
    implied = msgspec.structs.replace(record, classes=("http://purl.org/dc/dcmitype/Text",))
    assert len(values(graph(mapping, implied), RDF_TYPE)) == 1
    bare = with_context(
        without=(*classes, "title", "name", "isPartOf"), record={"@id": "foaf:page"}
    )
    assert len(graph(bare, record)) == 6


def test_null_is_not_published(with_context: Compiled, graph: Graph, record: Record) -> None:
    mapping = with_context(title=None)
    assert not values(graph(mapping, record), DCTERMS + "title")
    assert mapping.missing() == ()
    assert "title" not in mapping.fields()


def test_what_a_source_allows(
    with_context: Compiled, scope: Scope, graph: Graph, record: Record
) -> None:
    limited = msgspec.structs.replace(
        scope, publish={"demo": frozenset({"title", "date"}), "open": frozenset()}
    )
    mapping = with_context(limited, audience="dcterms:audience")
    record = msgspec.structs.replace(
        other(record, audience=Text("all")),
        description=(Text("Secret", "es"),),
        types=("https://example.org/type",),
        classes=("http://purl.org/dc/dcmitype/Text",),
        issued=Date("2008", "gYear", "2008"),
        subjects=("https://example.org/subject",),
    )
    triples = graph(mapping, record)
    assert {predicate for subject, predicate, _ in triples if subject == RESOURCE} == {
        RDF_TYPE,
        *(DCTERMS + name for name in ("title", "issued", "date", "isPartOf")),
    }
    assert len(values(triples, RDF_TYPE)) == 3
    free = msgspec.structs.replace(record, source="open")
    assert values(graph(mapping, free), DCTERMS + "audience")
    assert b"Secret" in mapping.ntriples(free)
    assert b"Secret" not in mapping.ntriples(record)


def test_languages_and_origin(mapping: Mapping, graph: Graph, record: Record) -> None:
    triples = graph(mapping, msgspec.structs.replace(record, languages=("pt-BR", "pt", "qu")))
    assert values(triples, DCTERMS + "language") == {
        ("http://publications.europa.eu/resource/authority/language/POR",)
    }
    assert values(triples, DCTERMS + "source") == {("https://example.org/listing",)}
    locator = msgspec.structs.replace(record.locator, name="https://example.org/page/2")
    triples = graph(mapping, msgspec.structs.replace(record, locator=locator, source="unknown"))
    assert not values(triples, DCTERMS + "source")  # the page an entry stands on changes by itself
    assert not values(triples, DCTERMS + "isPartOf")


def test_the_description_has_no_datestamp(mapping: Mapping, record: Record) -> None:
    later = msgspec.structs.replace(record, release=2)
    assert mapping.ntriples(record) != mapping.ntriples(later)
    assert mapping.description(record) == mapping.description(later)
    assert b"modified" not in mapping.description(record)
    unreleased = msgspec.structs.replace(record, release=0)
    assert mapping.ntriples(unreleased) == mapping.description(record)


def test_a_mapping_travels_to_worker_processes(mapping: Mapping, record: Record) -> None:
    copy = pickle.loads(pickle.dumps(mapping))  # noqa: S301 - our own
    assert copy.digest == mapping.digest
    assert copy.turtle(record) == mapping.turtle(record)


def test_an_identifier_that_is_none(mapping: Mapping, record: Record) -> None:
    for identifier in ("", "a/b", "a>", "é"):
        wrong = msgspec.structs.replace(record, id=identifier)
        assert mapping.ntriples(wrong) == mapping.turtle(wrong) == mapping.jsonld(wrong) == b""
        (issue,) = mapping.problems(wrong)
        assert (issue.stage, issue.property, issue.value) == ("map", "id", identifier)


def test_problems(with_context: Compiled, record: Record) -> None:
    mapping = with_context(audience={"@id": "dcterms:audience", "@container": "@language"})
    assert mapping.problems(record) == []
    record = msgspec.structs.replace(
        other(record, audience=Text("x", "no_tag"), unheard=Text("\ud800")),
        title=(Text("half \ud800", "es"), Text("bell \x07", "es"), Text('fine\n"', "es")),
        description=(Text("\uff21 fullwidth", "es"),),
        pages=("www.example.org",),
        classes=("https://example.org/1",),
        issued=Date("\x01", "edtf", "2008"),
        creators=(Agent("One", "orcid"), Agent("Two", "https://example.org/2")),
        suggestions=(Suggestion("none", Text("label", "-")),),
    )
    found = [(issue.property, issue.value) for issue in mapping.problems(record)]
    assert found == [
        ("type", "https://example.org/1"),
        ("title", "half \ufffd"),
        ("title", "bell \x07"),
        ("issued", "\x01"),
        ("creator", "orcid"),
        ("suggestedSubject", "none"),
        ("matchedLabel", "-"),
        ("page", "www.example.org"),
        ("audience", "no_tag"),
    ]
    assert {issue.severity for issue in mapping.problems(record)} == {"warning"}
    for write in (mapping.ntriples, mapping.turtle, mapping.jsonld):
        assert b"half \xef\xbf\xbd" in write(record)


def test_a_fault_of_the_program_is_not_hidden(mapping: Mapping, record: Record) -> None:
    with pytest.raises(TypeError):
        mapping.ntriples(msgspec.structs.replace(record, title=(Text(object(), "es"),)))  # type: ignore[arg-type]


def test_no_input_is_ever_part_of_a_program(
    with_context: Compiled, graph: Graph, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    compiled = Program.function

    def keep(program: Program, name: str) -> object:
        texts.append(program.text)
        return compiled(program, name)

    monkeypatch.setattr(Program, "function", keep)
    # Legal IRIs and names that would be code, were they pasted into it.
    trap = "http://example.org/')+__import__('os').system('false')#x"
    mapping = with_context(
        title={"@id": trap, "@container": "@language"}, os={"@id": trap, "@type": trap}
    )
    assert any(predicate == trap for _, predicate, _ in graph(mapping, other(record, os=Text("'"))))
    assert texts
    assert not any("import" in text or "example.org" in text for text in texts)
