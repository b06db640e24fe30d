"""How a query is read, what it is refused for, and stores that are not there."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import QueryError, ReleaseError
from pipeline.query import LONGEST_QUERY, query, query_release
from pipeline.settings import Catalogue, Publisher, QuerySettings, Settings

Ask = Callable[..., bytes]


def test_well_known_prefixes_need_no_declaration(ask: Ask) -> None:
    asked = """ASK { resource:s-a a schema:CreativeWork ; dcterms:type type:case-study .
        type:case-study skos:prefLabel "Case study"@en
        FILTER NOT EXISTS { ?x foaf:name ?a ; dcat:theme ?b ; void:inDataset ?c ;
        rdfs:label ?d ; rdf:value ?e ; cataloom:suggestedSubject subject:x ;
        a dcmitype:Text, xsd:date } }"""
    assert ask(asked) == b"true\n"


def test_a_declaration_of_the_query_wins(ask: Ask) -> None:
    assert ask("PREFIX dcterms: <a:> ASK { ?r dcterms:title ?t }") == b"false\n"


def test_relative_iris_are_read_against_the_base(ask: Ask) -> None:
    assert ask("ASK { <resource/s-a> dcterms:title ?t }") == b"true\n"


def test_the_order_is_the_query_s(ask: Ask) -> None:
    answer = ask("SELECT ?t { ?r dcterms:title ?t } ORDER BY DESC(STR(?t))", "csv")
    rows = answer.decode().splitlines()
    assert rows == ["t", "Untagged", "Lineamientos de cobro", "Cobrança com dignidade"]


def test_a_syntax_error(ask: Ask) -> None:
    with pytest.raises(QueryError, match=r"query, line 2, column 3: FLTER is no word of SPARQL"):
        ask("SELECT * {\n  FLTER(1) }")


def test_service_is_refused(ask: Ask) -> None:
    with pytest.raises(QueryError, match="SERVICE asks another server"):
        ask("ASK { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }")


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_from_fetches_nothing(ask: Ask, clause: str) -> None:
    assert ask(f"ASK {clause} <file:///etc/passwd> {{ ?s ?p ?o }}") == b"false\n"


def test_updates_are_refused(ask: Ask) -> None:
    with pytest.raises(QueryError, match="LOAD would change the graph"):
        ask("LOAD <file:///etc/passwd>")


def test_not_unicode_or_too_long(ask: Ask) -> None:
    with pytest.raises(QueryError, match=r"query, line 2, column 3: .*lone surrogate"):
        ask("ASK\n{ \ud800 }")
    with pytest.raises(QueryError, match=f"at most {LONGEST_QUERY}"):
        ask("#" * (LONGEST_QUERY + 1))


def test_a_long_query_gets_through(ask: Ask) -> None:
    assert ask(f"ASK {{ }} #{'x' * (LONGEST_QUERY - 20)}") == b"true\n"


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match=r"no graph to query.*cataloom run") as caught:
        query(tmp_path / "graph", "ASK { }", io.BytesIO(), limits=QuerySettings())
    assert caught.value.exit_code == 7


def test_a_damaged_store(graph: Path, tmp_path: Path) -> None:
    (tmp_path / "CURRENT").write_bytes(b"MANIFEST-000099\n")
    with pytest.raises(ReleaseError, match=r"the graph cannot be read.*run --again"):
        query(tmp_path, "ASK { }", io.BytesIO(), limits=QuerySettings())
    assert graph.is_dir()


@pytest.mark.parametrize("how", ["flipped", "cut", "zeros", "gone"])
def test_damage_within_a_store(how: str, graph: Path, tmp_path: Path) -> None:
    shutil.copytree(graph, tmp_path / "graph")
    for file in (tmp_path / "graph").glob("*.sst"):
        data = file.read_bytes()
        flipped = bytes(byte ^ 255 for byte in data)
        changed = {"flipped": flipped, "cut": data[: len(data) // 2], "zeros": bytes(len(data))}
        file.unlink()
        if how in changed:
            file.write_bytes(changed[how])
    with pytest.raises(ReleaseError, match=r"the graph cannot be read.*run --again"):
        query(tmp_path / "graph", "SELECT * { ?s ?p ?o }", io.BytesIO(), limits=QuerySettings())


def test_a_query_leaves_the_store_as_it_was(ask: Ask, graph: Path) -> None:
    before = {file.name: file.read_bytes() for file in graph.iterdir()}
    ask("SELECT * { ?s ?p ?o }")
    assert {file.name: file.read_bytes() for file in graph.iterdir()} == before


@pytest.mark.parametrize("terminal", [True, False])
def test_a_table_is_as_wide_as_the_terminal_if_there_is_one(
    graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "current").symlink_to(graph.parent)
    monkeypatch.setenv("COLUMNS", "24")
    catalogue = Catalogue(
        base="https://example.org/c/",
        title={"en": "C"},
        publisher=Publisher("P"),
        licence="https://example.org/l",
        languages=("en",),
        contact="mailto:a@example.org",
    )

    class Output(io.BytesIO):
        def isatty(self) -> bool:
            return terminal

    output = Output()
    query_release(
        Settings(tmp_path, catalogue, ()),
        "SELECT ?r ?title { ?r dcterms:title ?title }",
        "table",
        output,
        timeout=30,
        memory=500,
    )
    widest = max(len(line) for line in output.getvalue().decode().splitlines())
    assert (widest <= 24) is terminal
