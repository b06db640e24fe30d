"""Mistakes in shapes that an engine passes over in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.validate import Finding, lint_shapes
from pipeline.validate.terms import PROPERTIES

BASE = "https://x.org/"
HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dcterms: <http://purl.org/dc/terms/> .

<shape/resource> a sh:NodeShape ;
    sh:targetClass dcterms:BibliographicResource ;
    sh:message "The resource."@en ;
    sh:property <shape/title> .
"""
PATH = '\n<shape/title> sh:path dcterms:title ; sh:message "The title."@en'


@pytest.fixture
def lint(write_files: Callable[..., Path]) -> Callable[..., list[Finding]]:
    def lint(text: str, head: str = HEAD, **options: list[str]) -> list[Finding]:
        return list(lint_shapes(write_files("shapes", own=head + text), BASE, **options))

    return lint


Lint = Callable[..., list[Finding]]


def test_good_shapes(lint: Lint) -> None:
    assert lint(PATH + " ; sh:minCount 1 ; sh:severity sh:Warning .") == []


def test_a_misspelt_term_is_found_on_its_line_with_the_nearest(lint: Lint) -> None:
    (finding,) = lint(PATH + ' ;\n    sh:minCount 1 ;\n    sh:minCout 1 . # and "sh:minCout"')
    assert finding.line == 12
    assert finding.subject == "shape/title"
    assert finding.severity == "violation"
    assert str(finding).endswith(
        "own.ttl:12: violation: shape/title: sh:minCout does not exist, so that nothing is checked "
        "by it: did you mean sh:minCount?"
    )


@pytest.mark.parametrize("term", sorted(PROPERTIES))
def test_a_slip_in_any_term_is_found(term: str, lint: Lint) -> None:
    slip = f"sh:{term[:-1]}{term[-1].swapcase()}"
    findings = lint(PATH + f" ; {slip} 1 .")
    assert any(f"{slip} does not exist" in finding.message for finding in findings)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n<shape/title> sh:path dcterms:title .", "no sh:message"),
        ('\n<shape/title> sh:path dcterms:title ; sh:message " " .', "no sh:message"),
        (PATH + " ; sh:datatype xsd:gyear .", "did you mean xsd:gYear"),
        (PATH + " ; a sh:Propertyshape .", "did you mean sh:PropertyShape"),
        (PATH + " ; a sh:minCount .", "sh:minCount does not exist"),
        (PATH + " ; sh:quux 1 .", "remove it"),
        (PATH + " ; <http://www.w3.org/1999/02/22-rdf-syntax-ns#_1> 1 .", ""),
        (PATH + " ; sh:minCount 1 , 2 .", "sh:minCount is given 2 times"),
        (PATH + ' ; sh:minCount "1" .', "sh:minCount must be a whole number"),
        (PATH + " ; sh:maxCount -1 .", "sh:maxCount must be a whole number"),
        (PATH + " ; sh:uniqueLang 1 .", "sh:uniqueLang must be true or false"),
        (PATH + ' ; sh:datatype "xsd:string" .', "sh:datatype must be an IRI"),
        (PATH + " ; sh:nodeKind sh:Violation .", "must be one of sh:BlankNode"),
        (PATH + " ; sh:severity sh:IRI .", "must be one of sh:Info, sh:Violation, sh:Warning"),
        (PATH + " ; sh:severity <urn:fatal> .", "must be one of sh:Info"),
        (PATH + ' ; sh:pattern "[" .', "no regular expression"),
        (PATH + ' ; sh:pattern "a(?=b)" .', "the engine does not know: look-around"),
        (PATH + " ; sh:or <shape/resource> .", "sh:or must be a list"),
        (PATH + " ; sh:in () .", "sh:in must be a list with at least one member"),
        (PATH + " ; sh:minLength 3 ; sh:maxLength 2 .", "sh:minLength is more than sh:maxLength"),
        (PATH + " ; a sh:NodeShape .", "A node shape has no sh:path"),
        ('\n<shape/title> a sh:PropertyShape ; sh:message "m" .', "leads to shape/title, which"),
        ("", "shape/title is referred to but not described"),
        ('\n<shape/titel> sh:path dcterms:title ; sh:message "m" .', "did you mean shape/titel?"),
        (PATH + ' ; sh:node "shape" .', "a shape without IRI is referred to"),
        (PATH + " ; sh:sparql <urn:q> .", "sh:sparql may look at anything"),
        (PATH + " ; sh:rule <urn:q> .", "sh:rule may look at anything"),
        (PATH + " ; sh:node <shape/resource> .", "leads back to itself"),
    ],
)
def test_mistakes(text: str, message: str, lint: Lint) -> None:
    findings = lint(text)
    if not message:
        assert findings == []
        return
    assert any(message in finding.message for finding in findings), findings
    assert all(finding.file.endswith("own.ttl") for finding in findings)


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("dcterms:title", 1),
        ("[ sh:inversePath dcterms:isPartOf ]", 1),
        ("[ sh:alternativePath ( dcterms:title [ sh:inversePath dcterms:isPartOf ] ) ]", 1),
        ("[ sh:zeroOrOnePath dcterms:title ]", 1),
        ("( dcterms:title )", 1),
        ("( dcterms:type dcterms:title )", 2),
        ("[ sh:alternativePath ( dcterms:title ( dcterms:a dcterms:b ) ) ]", 2),
        ("[ sh:zeroOrMorePath dcterms:isPartOf ]", None),
        ("[ sh:oneOrMorePath dcterms:isPartOf ]", None),
        ("[ sh:alternativePath ( dcterms:title [ sh:oneOrMorePath dcterms:a ] ) ]", None),
        ("( dcterms:type [ sh:zeroOrMorePath dcterms:a ] )", None),
        ('"title"', None),
    ],
)
def test_paths_of_one_step_only(path: str, steps: int | None, lint: Lint) -> None:
    findings = lint(f'\n<shape/title> sh:path {path} ; sh:message "m" .')
    assert any("more than one step" in one.message for one in findings) == (steps != 1)


def test_one_step_into_the_value_and_no_further(lint: Lint) -> None:
    inner = ' . <shape/scheme> sh:path dcterms:inScheme ; sh:message "m" '
    own = PATH + " ; sh:node <shape/value> . <shape/value> a sh:NodeShape ; sh:message 'm' ; "
    own += "sh:property <shape/scheme>" + inner
    assert lint(own + "; sh:hasValue <scheme/types> .") == []
    for further in ("sh:class dcterms:Thing", "sh:property <shape/more>"):
        text = f"{own} ; {further} ." + ' <shape/more> sh:path dcterms:a ; sh:message "m" .'
        assert any("further than one step" in one.message for one in lint(text))


def test_shapes_in_lists_and_without_iri_are_linted(lint: Lint) -> None:
    findings = lint(PATH + " ; sh:or ( [ sh:datatype xsd:string ] <shape/none> ) .")
    messages = " ".join(finding.message for finding in findings)
    assert "has no IRI" in messages
    assert "shape/none is referred to but not described" in messages


def test_a_list_that_bites_its_tail_ends(lint: Lint) -> None:
    rdf = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    loop = f"_:l {rdf}first> <shape/resource> ; {rdf}rest> _:l ."
    findings = lint(PATH + " ; sh:or _:l . " + loop)
    assert any("sh:or must be a list" in finding.message for finding in findings)


def test_syntax_is_told_with_its_line(lint: Lint) -> None:
    (finding, *_) = lint("\n<shape/title> sh:path foo:bar .")
    assert finding.line == 10
    assert "foo" in finding.message


def test_an_empty_folder(tmp_path: Path) -> None:
    (finding,) = lint_shapes(tmp_path, BASE)
    assert "no Turtle file" in finding.message


def test_shapes_that_apply_to_nothing(lint: Lint) -> None:
    findings = lint(PATH + " .", head="\n".join(HEAD.splitlines()[:3]))
    assert {one.severity for one in findings} == {"violation", "warning"}
    assert any("No shape says what it applies to" in one.message for one in findings)
    assert any("never applied" in one.message for one in findings)


def test_namespaces(lint: Lint) -> None:
    prefixes = HEAD.replace("shacl#", "shacl/")
    (wrong, *_) = [one for one in lint(PATH + " .", head=prefixes) if one.subject == "sh:"]
    assert wrong.line == 1
    assert "write <http://www.w3.org/ns/shacl#>" in wrong.message
    near = "@prefix terms: <http://purl.org/dc/term/> .\n" + HEAD
    (finding,) = lint(PATH + " .", head=near)
    assert (finding.severity, finding.line) == ("violation", 1)
    assert "did you mean <http://purl.org/dc/terms/>?" in finding.message
    own = "@prefix eli: <http://data.europa.eu/eli/ontology#> .\n" + HEAD
    (finding,) = lint(PATH + " .", head=own)
    assert finding.severity == "warning"
    assert lint(PATH + " .", head=own, namespaces=["http://data.europa.eu/eli/ontology#"]) == []
    (finding,) = lint("\n<shape/title> sh:path <http://y.org/title> ; sh:message 'm' .")
    assert "in no namespace of the catalogue" in finding.message
    assert finding.severity == "warning"


def test_what_only_the_engine_refuses_is_told(lint: Lint) -> None:
    findings = lint(PATH + ' ; sh:pattern "a" ; sh:flags "£" .')
    assert [one.severity for one in findings] in ([], ["violation"])
