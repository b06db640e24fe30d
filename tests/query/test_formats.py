"""Every format, read back by another library; formats that do not fit."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable

import pytest
import rdflib

from pipeline.errors import QueryError
from pipeline.query import FORMATS

BASE = "https://example.org/c/"
Ask = Callable[..., bytes]
TITLES = "SELECT ?r ?title { ?r dcterms:title ?title }"


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_rows_read_by_rdflib(ask: Ask, form: str) -> None:
    from rdflib.query import Result

    result = Result.parse(io.BytesIO(ask(TITLES, form)), format=form)
    assert {row[rdflib.Variable("title")] for row in result.bindings} == {
        rdflib.Literal("Cobrança com dignidade", lang="pt"),
        rdflib.Literal("Lineamientos de cobro", lang="es"),
        rdflib.Literal("Untagged"),
    }


def test_csv(ask: Ask) -> None:
    rows = list(csv.DictReader(io.StringIO(ask(TITLES, "csv").decode(), newline="")))
    assert {row["title"] for row in rows} == {
        "Cobrança com dignidade",
        "Lineamientos de cobro",
        "Untagged",
    }
    assert rows[0]["r"].startswith(f"{BASE}resource/")


@pytest.mark.parametrize("form", ["json", "csv", "tsv", "xml"])
def test_hostile_literals_come_through_unchanged(ask: Ask, form: str, hostile: str) -> None:
    if form == "xml":  # XML 1.0 has no words for control characters: all the others
        asked = 'SELECT ?d { ?r dcterms:description ?x BIND(REPLACE(?x,"[\x07\x1b]","") AS ?d) }'
        wanted = hostile.replace("\x07", "").replace("\x1b", "")
    else:
        asked, wanted = "SELECT ?d { ?r dcterms:description ?d }", hostile
    answer = ask(asked, form)
    if form == "csv":
        found = list(csv.reader(io.StringIO(answer.decode(), newline="")))[1][0]
    elif form == "json":
        found = json.loads(answer)["results"]["bindings"][0]["d"]["value"]
    elif form == "xml":
        from lxml import etree

        literal = etree.fromstring(answer).find(".//{*}literal")
        assert literal is not None
        found = literal.text or ""
    else:
        import pyoxigraph

        result = pyoxigraph.parse_query_results(answer, pyoxigraph.QueryResultsFormat.TSV)
        assert isinstance(result, pyoxigraph.QuerySolutions)
        found = next(iter(result))["d"].value
    assert found.replace("\r\n", "\n") == wanted.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("form", "answer"),
    [("table", b"true\n"), ("csv", b"true"), ("tsv", b"true")],
)
def test_ask(ask: Ask, form: str, answer: bytes) -> None:
    assert ask("ASK { ?r dcterms:title ?t }", form) == answer
    assert ask("ASK { ?r dcterms:title 3 }", form) == answer.replace(b"true", b"false")


def test_ask_in_json_and_xml(ask: Ask) -> None:
    assert json.loads(ask("ASK { }", "json"))["boolean"] is True
    assert b"<boolean>true</boolean>" in ask("ASK { }", "xml")


@pytest.mark.filterwarnings("ignore:(ConjunctiveG|Dataset):DeprecationWarning")  # rdflib's own
@pytest.mark.parametrize(
    ("form", "parser"), [("turtle", "turtle"), ("nt", "nt"), ("jsonld", "json-ld"), ("", "turtle")]
)
def test_graphs_read_by_rdflib(ask: Ask, form: str, parser: str) -> None:
    asked = "CONSTRUCT WHERE { ?r a schema:CreativeWork ; dcterms:title ?title }"
    found = rdflib.Graph().parse(data=ask(asked, form), format=parser)
    assert len(found) == 6
    title = rdflib.Literal("Cobrança com dignidade", lang="pt")
    assert (rdflib.URIRef(f"{BASE}resource/s-a"), rdflib.DCTERMS.title, title) in found


def test_turtle_declares_the_prefixes_it_uses_in_order(ask: Ask) -> None:
    asked = "PREFIX mine: <http://purl.org/dc/terms/> DESCRIBE resource:s-b"
    turtle = ask(asked, "turtle").decode()
    heads = [line.split()[1] for line in turtle.splitlines() if line.startswith("@prefix")]
    assert heads == ["mine:", "rdf:", "resource:", "schema:", "type:"]
    assert "mine:title" in turtle
    assert ask("CONSTRUCT WHERE { ?s ?p <a:nothing> }") == b""


@pytest.mark.parametrize("form", list(FORMATS))
def test_a_format_that_does_not_fit_names_those_that_do(ask: Ask, form: str) -> None:
    other = "CONSTRUCT WHERE { ?s ?p ?o }" if "SELECT" in FORMATS[form] else "SELECT * { }"
    with pytest.raises(QueryError, match=f"cannot be answered as {form}; expected --format"):
        ask(other, form)


def test_an_unknown_format(ask: Ask) -> None:
    with pytest.raises(QueryError, match="'yaml' is no format of answers; expected one of table"):
        ask("ASK { }", "yaml")


def test_a_table_fits_and_steers_no_terminal(ask: Ask) -> None:
    asked = "SELECT ?r ?d ?type { ?r dcterms:description ?d ; dcterms:type ?type }"
    answer = ask(asked, "table", width=40).decode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", answer)
    assert all(len(line) <= 41 for line in answer.splitlines())
    assert answer.endswith("1 row\n")
