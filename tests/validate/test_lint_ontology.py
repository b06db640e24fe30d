"""Concept schemes that break the rules of SKOS."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.validate import Finding, lint_ontology

ROOT = Path(__file__).parents[2]
BASE = "https://x.org/"
HEAD = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<scheme/s> a skos:ConceptScheme .
<c/a> a skos:Concept ; skos:inScheme <scheme/s> ; skos:prefLabel "A"@en .
<c/b> a skos:Concept ; skos:inScheme <scheme/s> ; skos:prefLabel "B"@en .
<c/c> a skos:Concept ; skos:inScheme <scheme/s> ; skos:prefLabel "C"@en .
"""
Lint = Callable[[str], list[Finding]]


@pytest.fixture
def lint(write_files: Callable[..., Path]) -> Lint:
    return lambda text: list(lint_ontology(write_files("ontology", own=HEAD + text), BASE))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<c/a> skos:broader <c/b> . <c/b> skos:narrower <c/a> ; skos:broader <c/c> .",
        "<c/a> skos:broader <c/b> , <c/c> . <c/b> skos:broader <c/c> .",
        "<c/a> skos:related <c/b> . <c/b> skos:related <c/a> .",
        '<c/a> skos:prefLabel "A"@es ; skos:altLabel "a"@en , "A"@fr .',
        "<c/a> skos:exactMatch <https://y.org/a> ; skos:closeMatch <https://y.org/b> .",
        '<c/d> a skos:Concept ; skos:topConceptOf <scheme/s> ; skos:prefLabel "D"@en .',
        '<scheme/s> skos:hasTopConcept <c/d> . <c/d> a skos:Concept ; skos:prefLabel "D"@en .',
        '<https://y.org/x> skos:prefLabel "a name, but no concept" .',
        "<scheme/t> a skos:ConceptScheme . "
        '<c/d> a skos:Concept ; skos:inScheme <scheme/t> ; skos:prefLabel "A"@en .',
        "[] skos:note 'x' .",
    ],
)
def test_what_is_right(text: str, lint: Lint) -> None:
    assert lint(text) == []


@pytest.mark.parametrize(
    ("text", "severity", "message"),
    [
        ('<c/d> a skos:Concept ; skos:prefLabel "D"@en .', "violation", "in no scheme"),
        (
            '<c/d> a skos:Concept ; skos:inScheme <scheme/t> ; skos:prefLabel "D"@en .',
            "violation",
            "The scheme scheme/t is described nowhere",
        ),
        (
            '<scheme/s> a skos:Concept ; skos:inScheme <scheme/s> ; skos:prefLabel "S"@en .',
            "violation",
            "a concept and a scheme at once",
        ),
        ("<scheme/s> skos:hasTopConcept <c/z> .", "violation", "top concept c/z is described"),
        ("<c/d> a skos:Concept ; skos:inScheme <scheme/s> .", "violation", "no preferred label"),
        ('<c/a> skos:prefLabel "Other"@en .', "violation", "2 preferred labels in one language"),
        ('<c/a> skos:prefLabel "Other"@EN .', "violation", "2 preferred labels in one language"),
        ('<c/a> skos:altLabel "A"@en .', "violation", "both preferred and alternative"),
        ("<c/a> skos:altLabel <c/b> .", "violation", "must be a text"),
        ('<c/a> skos:altLabel "plain" .', "warning", "“plain” has no language"),
        ("<c/a> skos:broader <c/z> .", "violation", "skos:broader leads to c/z"),
        ("<c/a> skos:narrower <c/z> .", "violation", "skos:narrower leads to c/z"),
        ("<c/a> skos:related <scheme/s> .", "violation", "skos:related leads to scheme/s"),
        ("<c/a> skos:exactMatch <c/b> .", "warning", "in the same scheme"),
        ("<c/a> skos:exactMatch <c/a> .", "warning", "in the same scheme"),
        (
            "<c/a> skos:exactMatch <urn:x> ; skos:broadMatch <urn:x> .",
            "violation",
            "exclude each other",
        ),
        ("<c/a> skos:broader <c/a> .", "violation", "above itself (c/a)"),
        ("<c/a> skos:narrower <c/a> .", "violation", "above itself (c/a)"),
        (
            "<c/a> skos:broader <c/b> . <c/b> skos:broader <c/a> ; skos:broader <c/c> .",
            "violation",
            "above itself (c/a → c/b)",
        ),
        (
            "<c/a> skos:broader <c/b> . <c/a> skos:narrower <c/c> . <c/b> skos:broader <c/c> .",
            "violation",
            "above itself (c/a → c/b → c/c)",
        ),
        (
            "<c/a> skos:broader <c/b> ; skos:related <c/c> . <c/b> skos:broader <c/c> .",
            "violation",
            "both related and broader",
        ),
        (
            '<c/d> a skos:Concept ; skos:inScheme <scheme/s> ; skos:prefLabel "á"@en .',
            "warning",
            "“a” (en) is that of c/a too",
        ),
    ],
)
def test_what_is_wrong(text: str, severity: str, message: str, lint: Lint) -> None:
    findings = [one for one in lint(text) if message in one.message]
    assert [one.severity for one in findings] == [severity], lint(text)
    assert findings[0].line >= 2
    assert findings[0].file.endswith("own.ttl")


def test_lines_are_those_of_the_mistake(lint: Lint) -> None:
    (finding,) = lint("\n<c/a>\n    skos:broader\n        <c/z> .\n# <c/z>\n")
    assert finding.line == 9
    assert finding.subject == "c/a"


def test_two_circles_are_two_findings(lint: Lint) -> None:
    found = lint("<c/a> skos:broader <c/a> . <c/b> skos:broader <c/c> . <c/c> skos:broader <c/b> .")
    assert [one.subject for one in found] == ["c/a", "c/b"]


def test_a_file_with_an_error_does_not_hide_another(write_files: Callable[..., Path]) -> None:
    folder = write_files("ontology", bad="<c/a> a", own=HEAD + "<c/a> skos:broader <c/z> .")
    found = lint_ontology(folder, BASE)
    assert [Path(one.file).name for one in found] == ["bad.ttl", "own.ttl"]
    assert "no valid Turtle" in found[0].message


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "ontology" / "folder.ttl").mkdir(parents=True)
    (tmp_path / "ontology" / "latin.ttl").write_bytes(b'<a> <b> "\xe9" .')
    found = lint_ontology(tmp_path, BASE)
    assert [Path(one.file).name for one in found] == ["folder.ttl", "latin.ttl"]
    assert all(one.severity == "violation" for one in found)
    (without,) = lint_ontology(tmp_path / "none", BASE)
    assert "no Turtle file" in without.message
    bad_base = lint_ontology(ROOT, "no base")
    assert bad_base
    assert all("check base" in one.message for one in bad_base)


def test_the_projects_own_ontology_has_nothing_to_lint() -> None:
    assert lint_ontology(ROOT, "https://w3id.org/sepm-resources/") == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("cycle", {("cycle:ta2", "above itself"), ("cycle:ta3", "above itself")}),
        ("nolang", {("nolang:no1", "has no language"), ("nolang:no2", "in no scheme")}),
        ("dup", {("dup:d2", "is that of dup:d1 too"), ("dup:d6", "is that of dup:d3 too")}),
        ("dupgroup", {("dupgroup:ta111", "dupgroup:ta1, which is described nowhere")}),
        ("multiple-schemes", {("multiple-schemes:cs1", "top concept multiple-schemes:c1")}),
        ("hash", {("hash:c1", "has no language")}),
        ("test-rdf-list", {("test:csharp", "is that of test:c too")}),
        ("altlabel", set()),
        ("groups", set()),
        ("test-concept-schemes", set()),
    ],
)
def test_vocabularies_that_we_did_not_write(
    name: str, expected: set[tuple[str, str]], shared: Path, tmp_path: Path
) -> None:
    (tmp_path / "ontology").mkdir()
    source = shared / "samples" / "vocabularies" / "edge_cases" / f"{name}.ttl"
    shutil.copy(source, tmp_path / "ontology")
    found = lint_ontology(tmp_path, BASE)
    for subject, message in expected:
        assert any(one.subject == subject and message in one.message for one in found)
    assert bool(found) == bool(expected)
    assert all(one.line for one in found)


@pytest.mark.slow
def test_a_big_vocabulary_is_linted_quickly(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "ontology").mkdir()
    source = shared / "samples" / "vocabularies" / "edge_cases" / "yso.ttl"
    shutil.copy(source, tmp_path / "ontology")
    found = lint_ontology(tmp_path, BASE)
    assert len(found) > 1000
    assert list(found) == sorted(found)
