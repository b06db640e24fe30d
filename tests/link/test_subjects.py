"""Subject suggestions: longest match, ambiguity, languages, and how often they are right."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.clean.keys import entry_key
from pipeline.link import link
from pipeline.link import subjects as module
from pipeline.link.decisions import Decisions, load_decisions
from pipeline.link.subjects import SubjectFinder, lemma
from pipeline.model import Locator, Record, Suggestion, Text
from pipeline.settings import Source
from pipeline.vocabulary import Vocabulary, mint

BASE = "https://catalogue.example/"
LANGUAGES = ("en", "es", "fr", "pt")
TRUTH = Path(__file__).parents[1] / "fixtures" / "sepm-truth.tsv"
JUDGED = Path(__file__).with_name("subjects-judged.tsv")
MakeRecord = Callable[..., Record]


def found(vocabulary: Vocabulary, text: str, language: str = "en") -> list[tuple[str, str]]:
    matches = SubjectFinder(vocabulary, LANGUAGES).find(Text(text, language))
    return [(match.concept.removeprefix(BASE + "subject/"), match.label.value) for match in matches]


def slugs(suggestions: tuple[Suggestion, ...]) -> list[str]:
    return [one.concept.removeprefix(BASE + "subject/") for one in suggestions]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Climate risks in farming", [("climate-risk", "Climate risk")]),
        ("The CLIMATE RISK map", [("climate-risk", "Climate risk")]),
        ("Risk maps", [("risk-map", "Risk map")]),
        ("A map of risks", [("risk", "Risk")]),
        ("climate; risk", [("risk", "Risk")]),
        ("climate-risk", [("climate-risk", "Climate risk")]),
        ("risks of the climate", [("climate-risk", "risks of the climate")]),
        ("risks of the", [("risk", "Risk")]),
        ("Complaint handling", [("complaints", "complaint handling")]),
        ("Collecting risk data", []),
        ("climatic riskiness", []),
        ("(n/a)", []),
        ("", []),
    ],
)
def test_the_longest_label_wins(
    small: Vocabulary, text: str, expected: list[tuple[str, str]]
) -> None:
    assert found(small, text) == expected


def test_a_broader_concept_is_found_beside_a_narrower_one(small: Vocabulary) -> None:
    assert found(small, "Risk, and climate risk") == [
        ("climate-risk", "Climate risk"),
        ("risk", "Risk"),
    ]


def test_the_texts_language_decides(small: Vocabulary) -> None:
    assert found(small, "Las quejas de un cliente", "es") == [("complaints", "Quejas")]
    assert found(small, "Las quejas de un cliente", "es-MX") == [("complaints", "Quejas")]
    assert found(small, "Las quejas de un cliente", "en") == []
    assert found(small, "Las quejas de un cliente", "nl") == []
    assert found(small, "Nos réclamations et nos plaintes", "fr") == [("complaints", "Plaintes")]
    assert found(small, "quejas", "xx") == [("studies", "Quejas")]  # no dictionary: as it stands


def test_accents_may_be_missing(small: Vocabulary) -> None:
    assert found(small, "RIESGOS CLIMATICOS", "es") == [("climate-risk", "Riesgo climático")]


def test_a_text_without_language_is_read_in_those_of_the_source(small: Vocabulary) -> None:
    assert found(small, "Manejo de quejas", "") == [("complaints", "Quejas")]
    both = SubjectFinder(small, ("fr", "yy"))
    assert both.find(Text("Plaintes")) == []  # two languages, two concepts
    one = SubjectFinder(small, ("fr",)).find(Text("Plaintes"))
    assert one[0].label == Text("Plaintes", "fr")


def test_suggestions_show_the_vocabularys_label(
    small: Vocabulary, source: Source, make_record: MakeRecord
) -> None:
    record = make_record("On climate risks", "Complaint handling and the CLIMATE risk")
    (linked,) = link([record], small, source, Decisions())
    assert linked.suggestions == (
        Suggestion(BASE + "subject/climate-risk", Text("Climate risk", "en")),
        Suggestion(BASE + "subject/complaints", Text("complaint handling", "en")),
    )


@pytest.mark.parametrize(
    ("title", "abstract", "expected"),
    [
        ("Climate risk", "A complaint led nowhere.", ["climate-risk"]),
        ("Climate risk", "A complaint is a complaint.", ["climate-risk", "complaints"]),
        ("Complaints", "On climate risk.", ["climate-risk", "complaints"]),
        ("Nothing here", "A complaint led nowhere.", ["complaints"]),
        ("", "Complaints", ["complaints"]),
    ],
)
def test_a_single_word_in_an_abstract_may_be_a_passing_mention(
    small: Vocabulary, make_record: MakeRecord, title: str, abstract: str, expected: list[str]
) -> None:
    finder = SubjectFinder(small, LANGUAGES)
    assert slugs(finder.suggest(make_record(title, abstract), ())) == expected


def test_settled_concepts_are_not_suggested(
    small: Vocabulary, source: Source, make_record: MakeRecord
) -> None:
    record = make_record("Climate risk and complaints", subjects=("Risk map",))
    decided = Decisions(
        subjects={
            record.id: {BASE + "subject/climate-risk": True, BASE + "subject/complaints": False}
        }
    )
    (linked,) = link([record], small, source, decided)
    assert linked.subjects == (BASE + "subject/climate-risk", BASE + "subject/risk-map")
    assert linked.suggestions == ()


def test_an_accepted_concept_that_is_gone_is_a_warning(
    small: Vocabulary, source: Source, make_record: MakeRecord
) -> None:
    record = make_record("x")
    decided = Decisions(subjects={record.id: {BASE + "subject/gone": True}})
    (linked,) = link([record], small, source, decided)
    assert linked.subjects == ()
    (issue,) = linked.issues
    assert (issue.property, issue.value) == ("subject", BASE + "subject/gone")
    assert "decisions.csv" in issue.message


@given(st.text(max_size=200), st.sampled_from(("", *LANGUAGES, "zz")))
def test_any_text_is_survived(text: str, language: str) -> None:
    empty = SubjectFinder(Vocabulary({}, {}, "", {}, ""), LANGUAGES)
    assert empty.find(Text(text, language)) == []


WORDS = ("climate", "risk", "map", "of", "data", "complaint", ".", "-", "handle")


@given(words=st.lists(st.sampled_from(WORDS)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_matches_never_overlap(small: Vocabulary, words: list[str]) -> None:
    finder = SubjectFinder(small, LANGUAGES)
    matches = finder.find(Text(" ".join(words), "en"))
    spent = sum(match.words for match in matches)
    assert spent <= len(words)
    assert [match.words for match in matches] == sorted(
        (match.words for match in matches), reverse=True
    )


def test_memory_is_bounded(small: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FORMS_KEPT", 3)
    finder = SubjectFinder(small, LANGUAGES)
    for word in ("risk", "a", "b", "c", "d", "climate risk"):
        finder.find(Text(word, "en"))
    assert len(finder._lexicons["en"].forms) <= 3
    assert finder.find(Text("climate risk", "en"))


def test_lemmas() -> None:
    assert lemma("reclamações", "pt") == lemma("reclamacao", "pt") == "reclamacao"
    assert lemma("mechanisms", "en") == "mechanism"


def truth() -> list[Record]:
    with TRUTH.open(encoding="utf-8", newline="") as stream:
        return [
            Record(
                source="sepm",
                key="",
                locator=Locator("", "", ""),
                title=(Text(row["title"], row["title_language"]),),
                description=(Text(row["abstract"], row["abstract_language"]),),
            )
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def judged() -> dict[tuple[str, str], str]:
    with JUDGED.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {(row["title"], row["concept"]): row["verdict"] for row in rows}


@pytest.mark.parametrize("tagged", [True, False])
def test_nine_in_ten_suggestions_are_right(own: Vocabulary, tagged: bool) -> None:
    """Each suggestion for the 33 was judged by hand.

    Right: the title or abstract says that the resource deals with the subject, be it as one aspect
    of several. Wrong: the label names an audience, an example or a comparison. A suggestion that
    nobody has judged fails the test: judge it in subjects-judged.tsv.
    """
    finder = SubjectFinder(own, LANGUAGES)
    verdicts = judged()
    given_verdicts = []
    for record in truth():
        texts = record if tagged else msgspec.structs.replace(
            record,
            title=tuple(Text(text.value) for text in record.title),
            description=tuple(Text(text.value) for text in record.description),
        )  # fmt: skip
        found_slugs = slugs(finder.suggest(texts, ()))
        assert found_slugs, record.title
        given_verdicts += [verdicts[record.title[0].value, slug] for slug in found_slugs]
    assert len(given_verdicts) >= 55
    assert given_verdicts.count("right") / len(given_verdicts) >= 0.9
    assert set(given_verdicts) <= {"right", "wrong"}


def test_our_decisions_are_our_judgement() -> None:
    """The 33 were decided as they were judged: what is right was accepted, the rest rejected."""
    decided = load_decisions(Path(__file__).parents[2], BASE).subjects
    with TRUTH.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    titles = {}
    for row in rows:
        values = {"title": (row["title"],), "type": (row["type"],)}
        titles[mint("sepm", entry_key(("title", "type"), values))] = row["title"]
    assert len(titles) == len(rows) == 33
    assert judged() == {
        (titles[record], iri.removeprefix(BASE + "subject/")): "right" if accepted else "wrong"
        for record, answers in decided.items()
        for iri, accepted in answers.items()
    }
