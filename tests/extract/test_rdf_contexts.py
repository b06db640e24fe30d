"""JSON-LD contexts: those that are shipped stand in for those that are named; none is fetched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.extract import rdf_contexts, rdf_jsonld
from pipeline.extract.properties import PROPERTIES, canonical
from pipeline.extract.rdf_contexts import FOLDER, SHIPPED, resolve, shipped
from pipeline.extract.rdf_parse import Parsed, parse

TITLE = "http://purl.org/dc/terms/title"


def read(document: object, base: str = "") -> Parsed:
    return parse(json.dumps(document), "json-ld", base, "doc")


def values(document: object, subject: str, name: str) -> list[str]:
    return [term.value for term in read(document).graph.values(subject, name)]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://schema.org/", "schema-org"),
        ("http://schema.org", "schema-org"),
        ("HTTP://www.schema.org/#", "schema-org"),
        ("https://schema.org/docs/jsonldcontext.json", "schema-org"),
        ("https://schema.org/docs/jsonldcontext.jsonld?x=1", "schema-org"),
        ("https://schema.org/version/latest/schemaorgcontext.jsonld", "schema-org"),
        ("https://w3id.org/kim/amb/context.jsonld", "amb"),
        ("https://w3id.org/kim/amb/draft/context.jsonld", "amb"),
        (
            "https://semiceu.github.io/DCAT-AP/releases/3.0.1/context/dcat-ap.jsonld",
            "dcat-ap",
        ),
        (
            "https://semiceu.github.io/uri.semic.eu-generated/DCAT-AP/releases/3.0.0/html/examples"
            "/context.jsonld",
            "dcat-ap-languages",
        ),
        (
            "https://raw.githubusercontent.com/SEMICeu/DCAT-AP/master/releases/2.0.1"
            "/dcat-ap_2.0.1.jsonld",
            "dcat-ap",
        ),
        ("http://data.europa.eu/r5r/", "dcat-ap"),
        ("https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld", "project-open-data"),
        ("https://www.w3.org/2013/json-ld-context/rdfa11", "w3c-prefixes"),
        ("http://www.w3.org/ns/csvw", "w3c-prefixes"),
        ("https://w3id.org/ro/crate/1.1/context", "ro-crate"),
        ("https://doi.org/10.5063/schema/codemeta-2.0", "codemeta"),
    ],
)
def test_well_known_addresses_are_shipped(address: str, name: str) -> None:
    assert shipped(address) == json.loads((FOLDER / f"{name}.jsonld").read_text())["@context"]


@pytest.mark.parametrize(
    "address",
    ["", "schema", "https://example.org/schema.org", "https://schema.org.example.org/",
     "https://schema.org/Book", "https://semiceu.github.io/" + "a/" * 200 + "DCAT-AP/x.jsonld"],
)  # fmt: skip
def test_no_other_address_is(address: str) -> None:
    assert shipped(address) is None


def test_every_context_is_in_the_table_and_stands_for_itself() -> None:
    files = {path.stem for path in Path(FOLDER).iterdir()}
    assert files == {name for _, name in SHIPPED}
    for name in files:
        context = json.loads((FOLDER / f"{name}.jsonld").read_text("utf-8"))["@context"]
        assert resolve({"@context": context}, "doc").document == {"@context": context}
        found = read({"@context": context, "@id": "http://a", "http://p": "b"})
        assert (found.problems, found.notes) == ((), ())


@pytest.mark.parametrize("name", ["dcat-ap", "dcat-ap-languages", "project-open-data"])
def test_the_terms_of_catalogues_mean_our_fields(name: str) -> None:
    context = json.loads((FOLDER / f"{name}.jsonld").read_text("utf-8"))["@context"]

    def field(term: str) -> str:
        given = context[term]
        prefix, _, local = (given["@id"] if isinstance(given, dict) else given).partition(":")
        return PROPERTIES[canonical(context[prefix] + local)]

    pairs = {"title": "title", "description": "description", "keyword": "subject",
             "theme": "subject", "publisher": "publisher", "language": "language",
             "landingPage": "page", "identifier": "identifier"}  # fmt: skip
    assert {term: field(term) for term in pairs} == pairs
    assert field("license" if name == "project-open-data" else "licence") == "licence"
    assert field("issued" if name == "project-open-data" else "releaseDate") == "date"


def test_dcat_ap_is_read_in_both_its_styles() -> None:
    plain = {"@context": "https://semiceu.github.io/DCAT-AP/releases/3.0.1/context/dcat-ap.jsonld",
             "@id": "http://a", "@type": "Dataset",
             "title": [{"@value": "A", "@language": "en"}, "B"]}  # fmt: skip
    assert values(plain, "http://a", TITLE) == ["A", "B"]
    examples = "https://semiceu.github.io/DCAT-AP/releases/3.0.0/html/examples/context.jsonld"
    mapped = {"@context": examples, "@id": "http://a", "@type": "DatasetMemberOfADatasetSeries",
              "title": {"en": "A", "es": ["B"]}, "inSeries": "http://s"}  # fmt: skip
    found = read(mapped).graph
    assert {(t.value, t.language) for t in found.values("http://a", TITLE)} == {
        ("A", "en"), ("B", "es"),
    }  # fmt: skip
    assert found.classes("http://a") == ["http://www.w3.org/ns/dcat#Dataset"]
    assert found.values("http://a", "http://www.w3.org/ns/dcat#inSeries")[0].is_node


def test_contexts_are_found_wherever_they_may_stand() -> None:
    name = "http://schema.org/name"
    inner = {"@context": "https://schema.org", "@id": "http://b", "name": "B"}
    assert values({"@id": "http://a", "http://p": inner}, "http://b", name) == ["B"]
    scoped = {"@context": {"p": {"@id": "http://p", "@context": "https://schema.org"}},
              "@id": "http://a", "p": {"@id": "http://b", "name": "B"}}  # fmt: skip
    assert values(scoped, "http://b", name) == ["B"]
    imported = {"@context": {"@version": 1.1, "@import": "https://schema.org", "name": "http://n"},
                "@id": "http://a", "name": "N", "headline": "H"}  # fmt: skip
    assert values(imported, "http://a", "http://n") == ["N"]
    assert values(imported, "http://a", "http://schema.org/headline") == ["H"]
    listed = {"@context": [None, "https://schema.org", {"x": {"@id": "http://x"}}],
              "@id": "http://a", "name": "A", "x": "X"}  # fmt: skip
    assert values(listed, "http://a", name) == ["A"]
    assert values(listed, "http://a", "http://x") == ["X"]


def test_unknown_contexts_are_left_out_and_told() -> None:
    addresses = [f"https://example.org/{number}.jsonld" for number in range(7)]
    found = read({"@context": [*addresses, "https://schema.org"], "@id": "http://a", "name": "A"})
    assert found.graph.values("http://a", "http://schema.org/name")[0].value == "A"
    assert len(found.notes) == 1
    assert "'https://example.org/4.jsonld' and 2 more; what only they define" in found.notes[0]
    imported = read({"@context": {"@import": addresses[0], "p": "http://p"}, "@id": "http://a",
                     "p": 1})  # fmt: skip
    assert len(imported.graph.values("http://a", "http://p")) == 1
    assert addresses[0] in imported.notes[0]


def test_a_document_without_context_is_told_of() -> None:
    found = read({"@id": "http://a", "name": "A", TITLE: "B"})
    assert found.graph.values("http://a", TITLE)[0].value == "B"
    assert "has no '@context'" in found.notes[0]
    assert "kind 'json'" in found.notes[0]


def test_nodes_with_the_same_context_are_read_as_one_graph() -> None:
    context = "https://schema.org/"
    nodes = [{"@context": context, "@id": f"http://{n}", "name": n} for n in "abc"]
    other = {"@context": {"name": "http://n"}, "@id": "http://d", "name": "D"}
    resolved = resolve([*nodes, other, 7, {"@id": "http://e"}, nodes[0]], "doc").document
    assert isinstance(resolved, list)
    assert [len(item.get("@graph", ())) if isinstance(item, dict) else 0 for item in resolved] == [
        3, 1, 0, 0, 1,
    ]  # fmt: skip
    found = read([*nodes, other]).graph
    assert found.values("http://c", "http://schema.org/name")[0].value == "c"
    assert found.values("http://d", "http://n")[0].value == "D"


@pytest.mark.parametrize(
    "document",
    [
        {"@context": [[[{}]]] * 3},
        {"@context": {"a": {"@id": "http://a", "@context": {"b": {"@context": {}}}}}},
    ],
)
def test_contexts_within_contexts_are_bounded(
    document: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rdf_contexts, "MOST_DEPTH", 2)
    with pytest.raises(SourceError, match="nests objects and lists more than 2 deep"):
        resolve(document, "doc")


def test_terms_that_are_defined_again_and_again_are_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rdf_contexts, "MOST_TERMS", 1_000)
    context = {f"t{number}": f"http://e.org/{number}" for number in range(100)}
    node = {"@context": {"own": "http://own"}, "own": 1}
    resolve({"@context": context, "@graph": [node] * 8}, "doc")
    with pytest.raises(SourceError, match="defines terms again and again"):
        resolve({"@context": context, "@graph": [node] * 9}, "doc")
    scoped = {
        "@context": {f"t{number}": {"@id": "a:b", "@context": context} for number in range(11)}
    }
    with pytest.raises(SourceError, match="defines terms again and again"):
        resolve(scoped, "doc")


def test_the_shipped_contexts_are_part_of_the_package() -> None:
    assert FOLDER.is_relative_to(Path(rdf_contexts.__file__).parents[1])


def test_one_document_a_line_is_read_as_a_list() -> None:
    line = '{{"@context": "https://schema.org", "@id": "http://{0}", "name": "{0}"}}\n'
    lines = line.format("a") + "\n" + line.format("b") + "{broken\n" + line.format("c")
    found = parse(lines, "json-ld", "", "doc")
    assert list(found.graph.statements) == ["http://a", "http://b", "http://c"]
    assert len(found.notes) == 1
    assert found.notes[0].startswith("1 of its lines are no JSON; the first: line 4: is no JSON")
    pretty = '{\n{"@id": 1}'
    for text in (pretty, '{"a":\n{"b": 1}', line.format("a").strip()):
        assert rdf_jsonld._read_lines(text, "doc") is None
    assert rdf_jsonld._read_lines(line.format("a") * 2, "doc") is not None
