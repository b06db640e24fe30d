"""`import cataloom`: the notebook interface, as docs/querying.md shows it."""

from __future__ import annotations

import copy
import doctest
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import cataloom
from cataloom import Value
from pipeline.errors import QueryError, QueryTimeout, ReleaseError, SettingsError

DOCUMENT = Path(__file__).parent.parent / "docs" / "querying.md"
HEAVY = {"rdflib", "pyoxigraph", "numpy", "lxml", "pyshacl", "requests", "rich", "wordfreq"}


@pytest.fixture
def catalogue(own_release: Path) -> cataloom.Catalogue:
    """Return our own catalogue, opened."""
    return cataloom.open_catalogue(own_release)


def test_the_document_s_session_runs(own_release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(own_release)
    code = DOCUMENT.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    session = doctest.DocTestParser().get_doctest(code, {}, "querying.md", str(DOCUMENT), 0)
    assert len(session.examples) > 5
    report: list[str] = []
    results = doctest.DocTestRunner(verbose=False).run(session, out=report.append)
    assert results.failed == 0, "".join(report)


@pytest.mark.parametrize("module", ["cataloom", "pipeline.query", "pipeline.explain"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        text=True,
        cwd=DOCUMENT.parent.parent,
    )
    assert not HEAVY & set(loaded.stdout.split())
    if module == "cataloom":
        assert "msgspec" not in loaded.stdout.split()


def test_a_catalogue_shows_what_it_is(catalogue: cataloom.Catalogue) -> None:
    assert catalogue.base == "https://w3id.org/sepm-resources/"
    assert repr(catalogue) == f"<Catalogue {catalogue.base} release {catalogue.release.name}>"
    assert len(catalogue) == len(list(catalogue.records())) == 33


def test_values_know_what_they_are(catalogue: cataloom.Catalogue) -> None:
    (row,) = catalogue.query(
        """SELECT * { VALUES (?i ?t ?n ?none) { (type:guide "Olá"@pt 3 UNDEF) }
        OPTIONAL { ?t ?none ?x } BIND(BNODE() AS ?b) }"""
    )
    assert {name: (value.kind, value.language) for name, value in row.items()} == {
        "i": ("iri", ""),
        "t": ("literal", "pt"),
        "n": ("literal", ""),
        "none": ("unbound", ""),
        "x": ("unbound", ""),
        "b": ("blank", ""),
    }
    assert row["n"].datatype == "http://www.w3.org/2001/XMLSchema#integer"
    assert row["n"] == "3"


def test_a_value_can_be_copied_and_pickled() -> None:
    value = Value("Olá", language="pt", datatype="a:b")
    for copied in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):  # noqa: S301 - our own
        assert (copied, copied.language, copied.datatype, copied.kind) == (
            "Olá",
            "pt",
            "a:b",
            "literal",
        )


def test_the_whole_graph(catalogue: cataloom.Catalogue) -> None:
    graph = catalogue.graph()
    assert len(graph) > 1000
    assert graph.namespace_manager.compute_qname(f"{catalogue.base}type/guide")[0] == "type"


def test_errors_are_those_of_the_command_line(catalogue: cataloom.Catalogue) -> None:
    with pytest.raises(QueryError, match="cannot be answered as json"):
        catalogue.query("CONSTRUCT WHERE { ?s ?p ?o }")
    with pytest.raises(QueryTimeout):
        catalogue.query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", timeout=0.3)


def test_an_answer_beyond_bounds(
    catalogue: cataloom.Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cataloom, "LARGEST_ANSWER", 1000)
    with pytest.raises(QueryError, match="the answer has more than"):
        catalogue.query("SELECT * { ?s ?p ?o }")


def test_no_catalogue_and_no_release(tmp_path: Path, catalogue_folder: Path) -> None:
    with pytest.raises(SettingsError, match="a catalogue folder"):
        cataloom.open_catalogue(tmp_path / "nowhere")
    with pytest.raises(ReleaseError, match="nothing has been published yet"):
        cataloom.open_catalogue(catalogue_folder)
