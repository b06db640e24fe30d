"""validation.ttl: a report that other tools read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.validate import Checker, Result, find_results, validation_report
from pipeline.validate.report import turtle_path
from pipeline.vocabulary import RDF, SH

GOLDEN = Path(__file__).parents[1] / "golden" / "validate"
BASE = "https://w3id.org/sepm-resources/"


def parsed(report: str) -> set[tuple[str, str, str]]:
    import pyoxigraph

    quads = pyoxigraph.parse(report, format=pyoxigraph.RdfFormat.TURTLE)
    return {(str(quad.subject), quad.predicate.value, str(quad.object)) for quad in quads}


def result(**changes: str) -> Result:
    values = {
        "record": "a-b2",
        "focus": f"<{BASE}resource/a-b2>",
        "path": "<http://purl.org/dc/terms/title>",
        "shape": f"{BASE}shape/title-length",
        "value": '"a"@en',
        "component": f"{SH}MaxLengthConstraintComponent",
        "severity": f"{SH}Warning",
        "message": "Too long.",
    }
    return Result(**(values | changes))


def test_a_report_without_results_conforms() -> None:
    triples = parsed("".join(validation_report([], BASE)))
    assert triples == {
        (f"<{BASE}validation>", f"{RDF}type", f"<{SH}ValidationReport>"),
        (
            f"<{BASE}validation>",
            f"{SH}conforms",
            '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>',
        ),
    }


def test_every_result_of_every_case_is_in_it(checker: Checker) -> None:
    for case in sorted(path for path in GOLDEN.iterdir() if path.is_dir()):
        results = find_results((case / "data.nt").read_text(encoding="utf-8"), checker)
        report = "".join(validation_report(results, BASE))
        triples = parsed(report)
        linked = {value for _, term, value in triples if term == f"{SH}result"}
        assert len(linked) == len({(one.focus, one.path, one.value, one.shape) for one in results})
        for term in ("focusNode", "resultSeverity", "sourceShape", "sourceConstraintComponent"):
            assert {node for node, said, _ in triples if said == f"{SH}{term}"} == linked
        assert report == "".join(validation_report(results, BASE))


def test_a_warning_alone_does_not_conform_as_the_standard_has_it() -> None:
    report = "".join(validation_report([result()], BASE))
    assert "sh:conforms false" in report


@settings(max_examples=80, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_any_value_and_message_survive(value: str, message: str) -> None:
    import pyoxigraph

    literal = str(pyoxigraph.Literal(value))
    triples = parsed("".join(validation_report([result(value=literal, message=message)], BASE)))
    assert {one for _, term, one in triples if term == f"{SH}value"} == {literal}
    assert {one for _, term, one in triples if term == f"{SH}resultMessage"} == {
        str(pyoxigraph.Literal(message))
    }


@pytest.mark.parametrize(
    ("path", "turtle"),
    [
        ("<urn:a>", "<urn:a>"),
        ("^<urn:a>", "[ sh:inversePath <urn:a> ]"),
        ("(<urn:a>|<urn:b>)", "[ sh:alternativePath ( <urn:a> <urn:b> ) ]"),
        ("(<urn:a>)+", ""),
        ("<urn:a>/<urn:b>", ""),
        ("", ""),
    ],
)
def test_paths(path: str, turtle: str) -> None:
    assert turtle_path(path) == turtle
    report = "".join(validation_report([result(path=path)], BASE))
    assert parsed(report)
    assert ("sh:resultPath" in report) == bool(turtle)


def test_other_namespaces_are_written_out_and_nothing_can_be_injected() -> None:
    report = "".join(
        validation_report(
            [result(component="https://x.org/c", message='" . <urn:x> a <urn:y')], BASE
        )
    )
    assert "sh:sourceConstraintComponent <https://x.org/c> ;" in report
    assert not any(subject == "<urn:x>" for subject, _, _ in parsed(report))


def test_the_engine_writes_paths_that_are_understood(good: str, checker: Checker) -> None:
    record = [line for line in good.splitlines() if "foaf/0.1/primaryTopic>" not in line]
    concept = f"<{BASE}subject/new>"
    alternative = (
        f"{concept} <{RDF}type> <http://www.w3.org/2004/02/skos/core#Concept> .\n"
        f'{concept} <http://www.w3.org/2004/02/skos/core#exactMatch> "x" .\n'
    )
    results = find_results("\n".join(record) + "\n" + alternative, checker)
    paths = {one.path for one in results if not one.path.startswith("<")}
    assert len(paths) == 2
    assert all(turtle_path(path).startswith("[ sh:") for path in paths)
