"""Labels of a source to concepts, what names none, and the worklist."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.link import link, worklist
from pipeline.link.concepts import COMPARED_LABELS, Labels, concepts_of, labels_of
from pipeline.link.decisions import Decisions
from pipeline.model import Issue, Record, WorklistLine
from pipeline.settings import Source
from pipeline.vocabulary import TYPE_SCHEME, Concept, Vocabulary, load_vocabulary

MakeRecord = Callable[..., Record]
NONE = Decisions()
BASE = "https://catalogue.example/"
ROOT = Path(__file__).parents[2]


def linked(record: Record, vocabulary: Vocabulary, source: Source) -> Record:
    (answer,) = link([record], vocabulary, source, NONE)
    return answer


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Case studies & Field examples", "case-study"),
        ("Tools & Templates", "tool"),
        ("Guide/Manual", "guide"),
        ("Guidelines", "guidelines"),
        ("Publications", "publication"),
        ("CASE STUDIES AND FIELD EXAMPLES", "case-study"),
        ("case study", "case-study"),
        ("Estudios de caso y ejemplos de campo", "case-study"),
        ("Études de cas et exemples de terrain", "case-study"),
        ("ETUDE DE CAS", "case-study"),
        ("Estudos de caso", "case-study"),
        ("herramientas y plantillas", "tool"),
        ("Outils & modèles", "tool"),
        ("Ferramentas e Modelos", "tool"),
        ("guia - manual", "guide"),
        ("Guide / Manuel", "guide"),
        ("Directrices", "guidelines"),
        ("lignes directrices", "guidelines"),
        ("Publicacoes", "publication"),
        ("Publicaciones", "publication"),
        (BASE + "type/tool", "tool"),
    ],
)
def test_types_by_any_label_in_any_language(
    own: Vocabulary, source: Source, make_record: MakeRecord, text: str, slug: str
) -> None:
    record = linked(make_record("x", types=(text,)), own, source)
    assert record.types == (f"{BASE}type/{slug}",)
    assert record.issues == ()


@functools.cache
def types_and_labels() -> tuple[list[Concept], Labels]:
    vocabulary = load_vocabulary(ROOT, BASE)
    return concepts_of(vocabulary, TYPE_SCHEME), labels_of(vocabulary, TYPE_SCHEME)


@given(st.sampled_from(["en", "es", "fr", "pt"]), st.sampled_from("-—_.,;:!?/&'’\u00a0"), st.data())
def test_case_accents_and_punctuation_do_not_matter(
    language: str, mark: str, data: st.DataObject
) -> None:
    types, labels = types_and_labels()
    concept = data.draw(st.sampled_from(types))
    text = concept.preferred[language].upper().replace(" ", f" {mark} ")
    assert labels.find(text) == concept.iri


def test_implied_classes(small: Vocabulary, source: Source, make_record: MakeRecord) -> None:
    record = linked(make_record("x", types=("maps", "Scheme", "MAPS")), small, source)
    assert record.types == (BASE + "type/map", BASE + "type/scheme")
    dcmi = "http://purl.org/dc/dcmitype/"
    assert record.classes == (dcmi + "Image", dcmi + "StillImage")


def test_a_preferred_label_is_its_own_concepts(
    small: Vocabulary, source: Source, make_record: MakeRecord
) -> None:
    assert linked(make_record("x", types=("atlas",)), small, source).types == (BASE + "type/atlas",)


def test_a_label_of_two_types_names_neither(
    small: Vocabulary, source: Source, make_record: MakeRecord
) -> None:
    record = linked(make_record("x", types=("Plan",)), small, source)
    assert record.types == ()
    assert "more than one" in record.issues[0].message


def test_an_unmapped_label_is_a_warning_with_the_nearest_label(
    own: Vocabulary, source: Source, make_record: MakeRecord
) -> None:
    record = linked(make_record("x", types=("Guidelnes", "Guidelines")), own, source)
    assert record.types == (BASE + "type/guidelines",)
    (issue,) = record.issues
    assert issue == Issue(
        "src", record.id, "link", "type", "Guidelnes", "warning", issue.message
    )  # fmt: skip
    assert "'Guidelines'" in issue.message
    assert "input/src.toml" in issue.message


@pytest.mark.parametrize("text", ["…", "", "研究", "x" * 5000])
def test_a_label_like_no_other_gets_no_suggestion(
    own: Vocabulary, source: Source, make_record: MakeRecord, text: str
) -> None:
    (issue,) = linked(make_record("x", types=(text,)), own, source).issues
    assert "nearest" not in issue.message


@pytest.mark.parametrize("value", ["tool", "type/tool", BASE + "type/tool"])
def test_the_sources_own_labels(
    own: Vocabulary, source: Source, make_record: MakeRecord, value: str
) -> None:
    own_source = msgspec.structs.replace(source, labels={"Kits": value, "Guidelines": value})
    record = linked(make_record("x", types=("KITS!", "guidelines")), own, own_source)
    assert record.types == (BASE + "type/tool",)


def test_a_label_of_the_source_for_an_unknown_type_is_refused(
    own: Vocabulary, source: Source
) -> None:
    wrong = msgspec.structs.replace(source, labels={"Kits": "tols"})
    with pytest.raises(SettingsError) as caught:
        link([], own, wrong, NONE)
    assert caught.value.where == "input/src.toml: labels.Kits"
    assert "'tool'" in caught.value.next_step
    with pytest.raises(SettingsError, match="resource-types"):
        link([], own, msgspec.structs.replace(source, labels={"Kits": "§"}), NONE)


def test_subject_labels_become_subjects(
    own: Vocabulary, source: Source, make_record: MakeRecord
) -> None:
    given_labels = ("MICROSEGUROS", "microinsurance", "data collection", "unheard of")
    record = linked(make_record("x", subjects=given_labels), own, source)
    assert record.subjects == (BASE + "subject/microinsurance",)
    assert record.issues == ()


def test_linking_twice_is_linking_once(
    own: Vocabulary, source: Source, make_record: MakeRecord
) -> None:
    other = Issue("src", "", "clean", "title", "", "warning", "kept")
    record = msgspec.structs.replace(
        make_record("Green finance", types=("Guide", "Nonsense"), subjects=("savings",)),
        issues=(other,),
    )
    once = linked(record, own, source)
    assert once.issues[0] == other
    assert linked(once, own, source) == once


def test_the_worklist_counts_what_no_concept_carries(
    own: Vocabulary, source: Source, make_record: MakeRecord
) -> None:
    records = [
        make_record(
            "x", types=("Guidelnes", "Tools"), subjects=("savngs", "Savings"), number=number
        )
        for number in range(1, 8)
    ]
    records.append(make_record("x", types=("研究", "研究"), number=9))
    found = worklist(link(records, own, source, NONE), own)
    ids = tuple(sorted(record.id for record in records[:7])[:5])
    assert found == [
        WorklistLine("src", "subject", "savngs", 7, "Savings", ids),
        WorklistLine("src", "type", "Guidelnes", 7, "Guidelines", ids),
        WorklistLine("src", "type", "研究", 1, "", (records[-1].id,)),
    ]
    assert worklist(reversed(link(records, own, source, NONE)), own) == found


def test_the_worklist_compares_only_the_most_frequent_labels(
    small: Vocabulary, make_record: MakeRecord
) -> None:
    labels = tuple(f"Complaint {number}" for number in range(COMPARED_LABELS + 5))
    found = worklist([make_record("x", subjects=labels)], small)
    assert len(found) == COMPARED_LABELS + 5
    assert sum(1 for line in found if line.suggestion) == COMPARED_LABELS
