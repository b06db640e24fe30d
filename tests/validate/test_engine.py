"""The engine on whole parts: bounds, several sources, lines that cannot be read, bad shapes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.errors import CataloomError, SettingsError
from pipeline.validate import (
    Checker,
    Result,
    compile_shapes,
    find_results,
    validate_part,
    validate_vocabulary,
)
from pipeline.validate import engine as engine_module
from pipeline.vocabulary import DCTERMS, Vocabulary, load_vocabulary

ROOT = Path(__file__).parents[2]
BASE = "https://w3id.org/sepm-resources/"
IDENTIFIER = "listing-aaaaaaaaaa"


def copies(good: str, source: str, number: int, *, without: str = "") -> str:
    """Return `number` records of a source, without the lines that hold `without`."""
    kept = [line for line in good.splitlines() if not without or without not in line]
    text = "\n".join(kept) + "\n"
    return "".join(text.replace(IDENTIFIER, f"{source}-x{count}") for count in range(number))


def test_a_good_part_has_no_issues(good: str, checker: Checker) -> None:
    assert validate_part(good, checker) == {}
    assert validate_part("", checker) == {}


def test_results_are_the_same_every_time_whatever_the_order(good: str, checker: Checker) -> None:
    text = copies(good, "b", 20, without="terms/title>") + copies(good, "a", 20, without="/type>")
    lines = text.splitlines(keepends=True)
    assert find_results(text, checker) == find_results("".join(reversed(lines)), checker)


def test_a_flood_is_bounded_and_hides_no_other_source(good: str, checker: Checker) -> None:
    flood = copies(good, "flood", 60, without="terms/title>")
    text = flood + copies(good, "few", 2, without="terms/title>") + copies(good, "fine", 3)
    issues = validate_part(text, checker, most_results=20)
    by_source = [record.rpartition("-")[0] for record in issues]
    assert 20 <= by_source.count("flood") < 60
    assert by_source.count("few") == 2
    assert "fine" not in by_source


def test_a_big_part_is_checked_in_slices_with_the_same_results(
    good: str, checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "".join(
        copies(good, f"s{number}", 3, without=without)
        for number, without in enumerate(("", "terms/title>", "terms/type>", "foaf/0.1/name>"))
    )
    whole = find_results(text, checker)
    runs: list[int] = []
    run = engine_module._run

    def counted(text: str, *arguments: object, **options: bool) -> list[Result]:
        runs.append(len(text))
        return run(text, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(engine_module, "_run", counted)
    monkeypatch.setattr(engine_module, "SLICE", 100)
    assert find_results(text, checker) == whole
    assert len(runs) == 12
    assert sum(runs) == len(text)


def test_warnings_do_not_count_towards_the_bound(good: str, checker: Checker) -> None:
    text = copies(good, "a", 30, without="terms/license>")
    issues = validate_part(text, checker, most_results=5)
    assert len(issues) == 30
    assert {one.severity for some in issues.values() for one in some} == {"warning"}


def test_one_unreadable_line_stops_nothing_else(good: str, checker: Checker) -> None:
    subject = f"<{BASE}resource/{IDENTIFIER}>"
    bad = [
        f"{subject} <{DCTERMS}isPartOf> <http://exa mple.org/> .",
        f'{subject} <{DCTERMS}description> "half \ud800 character"@en .',
        f'{subject} <{DCTERMS}description> "escape \\uD800"@en .',
        f'{subject} <{DCTERMS}description> "tag"@no_tag .',
        f"{subject} <{DCTERMS}relation> <relative> .",
        f'{subject} <{DCTERMS}description> "line\nbreak"@en .',
    ]
    text = "\n".join([*bad, good, copies(good, "b", 1, without="terms/title>")])
    issues = validate_part(text, checker)
    broken = issues[IDENTIFIER]
    assert [one.severity for one in broken] == ["violation"] * len(bad)
    assert {one.property for one in broken} == {"collection", "description", "relation"}
    assert all("cannot be published" in one.message for one in broken)
    assert [one.property for one in issues["b-x0"]] == ["title"]
    assert [one.value for one in issues[""]] == ['break"@en .']


def test_a_value_that_was_dropped_is_not_missing_as_well(good: str, checker: Checker) -> None:
    title = f"<{BASE}resource/{IDENTIFIER}> <{DCTERMS}title>"
    lines = [line for line in good.splitlines() if not line.startswith(title)]
    issues = validate_part("\n".join([*lines, f'{title} "A title"@toolonglanguage .']), checker)
    assert [(one.property, one.severity) for one in issues[IDENTIFIER]] == [("title", "violation")]


def test_text_that_no_line_explains_is_our_own_error(
    good: str, checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "split_unreadable", lambda text, _base: (text, ()))
    with pytest.raises(CataloomError, match="cannot be read"):
        find_results(good + "nonsense\n", checker)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    title=st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    language=st.sampled_from(["en", "pt-BR", "zh-Hant-TW", ""]),
)
def test_no_title_breaks_the_engine_and_values_come_back_whole(
    title: str, language: str, good: str, checker: Checker
) -> None:
    import pyoxigraph

    literal = pyoxigraph.Literal(title, language=language or None)
    lines = [line for line in good.splitlines() if f"<{DCTERMS}title>" not in line]
    lines.append(f"<{BASE}resource/{IDENTIFIER}> <{DCTERMS}title> {literal} .")
    issues = validate_part("\n".join(lines), checker)
    assert set(issues) <= {IDENTIFIER}
    found = issues.get(IDENTIFIER, ())
    assert {one.property for one in found} <= {"title"}
    assert all(one.value == title for one in found)
    assert any(one.severity == "violation" for one in found) == (
        not title.strip(" \t\r\n\u00a0\u200b")
    )


def test_the_projects_vocabulary_conforms() -> None:
    vocabulary = load_vocabulary(ROOT, BASE)
    assert vocabulary.concepts
    assert validate_vocabulary(compile_shapes(ROOT, BASE, vocabulary)) == ()


def test_a_damaged_vocabulary_is_told_once_and_not_of_each_record(
    good: str, small_vocabulary: Vocabulary
) -> None:
    concept = f"<{BASE}subject/green-finance>"
    kept = [
        line
        for line in small_vocabulary.ntriples.splitlines()
        if not (line.startswith(concept) and "prefLabel" in line)
    ]
    damaged = Vocabulary({}, {}, "\n".join(kept) + "\n", {}, "")
    checker = compile_shapes(ROOT, BASE, damaged)
    (issue,) = validate_vocabulary(checker)
    assert (issue.identifier, issue.property, issue.severity) == ("", "label", "violation")
    assert validate_part(good, checker) == {}


def test_the_catalogue_itself_is_nobodys_record(good: str, checker: Checker) -> None:
    dataset = f"<{BASE}dataset> <{'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'}> "
    issues = validate_part(f"{good}{dataset}<http://www.w3.org/ns/dcat#Dataset> .\n", checker)
    assert set(issues) == {""}
    assert {one.identifier for one in issues[""]} == {""}


@pytest.mark.parametrize("base", ["https://example.org/a/", "http://localhost:8000/c/"])
def test_another_base_works_without_editing(base: str, good: str, checker: Checker) -> None:
    vocabulary = Vocabulary({}, {}, checker.vocabulary.replace(BASE, base), {}, "")
    other = compile_shapes(ROOT, base, vocabulary)
    assert validate_part(good.replace(BASE, base), other) == {}
    broken = good.replace(BASE, base).replace("subject/client-protection", "subject/none")
    assert set(validate_part(broken, other)) == {IDENTIFIER}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<shape/a> a sh:NodeShape .", r"own\.ttl:1: .*prefix"),
        ("", "apply to nothing"),
        (
            "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<shape/a> a sh:NodeShape ; "
            'sh:targetNode <a> ; sh:pattern "[" .',
            "cannot be compiled.*next: correct",
        ),
    ],
)
def test_bad_shapes_are_refused(
    text: str,
    message: str,
    write_files: Callable[..., Path],
    small_vocabulary: Vocabulary,
) -> None:
    folder = write_files("shapes", own=text)
    with pytest.raises(SettingsError, match=f"(?s){message}") as caught:
        compile_shapes(folder, BASE, small_vocabulary)
    assert caught.value.exit_code == 2


def test_a_missing_folder_is_refused(tmp_path: Path, small_vocabulary: Vocabulary) -> None:
    with pytest.raises(SettingsError, match=r"no Turtle file.*cataloom init"):
        compile_shapes(tmp_path, BASE, small_vocabulary)


def test_a_shape_that_somebody_adds_is_applied(
    tmp_path: Path, good: str, small_vocabulary: Vocabulary
) -> None:
    shutil.copytree(ROOT / "shapes", tmp_path / "shapes")
    (tmp_path / "shapes" / "own.ttl").write_text(
        """
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix dcterms: <http://purl.org/dc/terms/> .
        @prefix schema: <http://schema.org/> .
        <shape/own> a sh:NodeShape ; sh:targetClass schema:CreativeWork ;
            sh:property <shape/audience> ; sh:message "x"@en .
        <shape/audience> a sh:PropertyShape ; sh:path dcterms:audience ; sh:minCount 1 ;
            sh:severity sh:Info ; sh:message "Say whom the resource is for."@en .
        """,
        encoding="utf-8",
    )
    checker = compile_shapes(tmp_path, BASE, small_vocabulary)
    (issue,) = validate_part(good, checker)[IDENTIFIER]
    assert (issue.property, issue.severity) == ("audience", "info")
    assert issue.message == "Say whom the resource is for. Rule: audience."
