"""The ontology's invariants, loading it, folding labels, minting identifiers."""

from __future__ import annotations

import csv
import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.vocabulary import (
    CATALOOM,
    COAR_TYPE,
    DCMITYPE,
    EU_LANGUAGE,
    LEXVO_LANGUAGE,
    RDF,
    SKOS,
    SUBJECT_SCHEME,
    TYPE_SCHEME,
    Concept,
    Vocabulary,
    fold,
    label,
    language_iri,
    load_vocabulary,
    mint,
)

ROOT = Path(__file__).parent.parent
BASE = "https://catalogue.example/"
LANGUAGES = ("en", "es", "fr", "pt")
MATCHES = ("exactMatch", "closeMatch", "broadMatch")
TRIPLE = re.compile(r"<([^>]*)> <([^>]*)> (.*) \.\n")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(ROOT, BASE)


@pytest.fixture(scope="module")
def triples(vocabulary: Vocabulary) -> list[tuple[str, str, str]]:
    found = TRIPLE.findall(vocabulary.ntriples)
    assert len(found) == vocabulary.ntriples.count("\n")
    return found


def objects(triples: list[tuple[str, str, str]], predicate: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for subject, known, value in triples:
        if known == predicate:
            found.setdefault(subject, set()).add(value.strip("<>"))
    return found


def texts(concept: Concept, language: str) -> list[str]:
    return [concept.preferred[language], *concept.alternatives.get(language, ())]


def by_scheme(vocabulary: Vocabulary, scheme: str) -> list[Concept]:
    return [one for one in vocabulary.concepts.values() if one.scheme == BASE + scheme]


# The ontology


def test_every_concept_stands_in_a_scheme(vocabulary: Vocabulary) -> None:
    assert set(vocabulary.schemes) == {BASE + TYPE_SCHEME, BASE + SUBJECT_SCHEME}
    assert {one.scheme for one in vocabulary.concepts.values()} == set(vocabulary.schemes)
    assert len(by_scheme(vocabulary, TYPE_SCHEME)) == 5
    assert len(by_scheme(vocabulary, SUBJECT_SCHEME)) > 40
    for titles in vocabulary.schemes.values():
        assert sorted(titles) == list(LANGUAGES)


def test_every_concept_is_named_in_four_languages(vocabulary: Vocabulary) -> None:
    for concept in vocabulary.concepts.values():
        assert sorted(concept.preferred) == list(LANGUAGES), concept.iri
        assert set(concept.alternatives) <= set(LANGUAGES), concept.iri


@pytest.mark.parametrize("scheme", [TYPE_SCHEME, SUBJECT_SCHEME])
@pytest.mark.parametrize("language", LANGUAGES)
def test_preferred_labels_are_unique_in_their_scheme(
    vocabulary: Vocabulary, scheme: str, language: str
) -> None:
    owners: dict[str, str] = {}
    for concept in by_scheme(vocabulary, scheme):
        folded = fold(concept.preferred[language])
        assert owners.setdefault(folded, concept.iri) == concept.iri, folded
    for concept in by_scheme(vocabulary, scheme):
        for text in concept.alternatives.get(language, ()):
            assert owners.get(fold(text), concept.iri) == concept.iri, text


def test_a_concept_says_no_label_twice(vocabulary: Vocabulary) -> None:
    for concept, language in itertools.product(vocabulary.concepts.values(), LANGUAGES):
        folded = [fold(text) for text in texts(concept, language)]
        repeated = {text for text in folded if folded.count(text) > 1}
        assert not repeated, (concept.iri, language, repeated)


def test_type_labels_name_one_type_in_all_languages_together(vocabulary: Vocabulary) -> None:
    owners: dict[str, str] = {}
    for concept, language in itertools.product(by_scheme(vocabulary, TYPE_SCHEME), LANGUAGES):
        for text in texts(concept, language):
            assert owners.setdefault(fold(text), concept.iri) == concept.iri, text


def test_broader_is_acyclic_and_mirrored(
    vocabulary: Vocabulary, triples: list[tuple[str, str, str]]
) -> None:
    broader = objects(triples, SKOS + "broader")
    narrower = objects(triples, SKOS + "narrower")
    pairs = {(low, high) for low, highs in broader.items() for high in highs}
    assert pairs == {(low, high) for high, lows in narrower.items() for low in lows}
    for start in vocabulary.concepts:
        above: set[str] = set()
        ahead = broader.get(start, set())
        while ahead - above:
            above |= ahead
            ahead = {high for one in ahead for high in broader.get(one, ())}
        assert start not in above
    for low, high in pairs:
        assert vocabulary.concepts[low].scheme == vocabulary.concepts[high].scheme


def test_top_concepts_are_those_without_broader(
    vocabulary: Vocabulary, triples: list[tuple[str, str, str]]
) -> None:
    of = objects(triples, SKOS + "topConceptOf")
    has = objects(triples, SKOS + "hasTopConcept")
    tops = {concept.iri for concept in vocabulary.concepts.values() if not concept.broader}
    assert set(of) == tops
    assert set().union(*has.values()) == tops


def test_related_concepts_say_so_of_each_other(triples: list[tuple[str, str, str]]) -> None:
    related = objects(triples, SKOS + "related")
    assert related
    for one, others in related.items():
        assert all(one in related[other] for other in others)


def test_types_are_matched_to_types_that_coar_has(
    shared: Path, vocabulary: Vocabulary, triples: list[tuple[str, str, str]]
) -> None:
    published = (shared / "samples/vocabularies/coar_resource_types_3.2.nt").read_text("utf-8")
    matched: dict[str, set[str]] = {}
    for name in MATCHES:
        for subject, iris in objects(triples, SKOS + name).items():
            matched.setdefault(subject, set()).update(iris)
    assert set(matched) == {one.iri for one in by_scheme(vocabulary, TYPE_SCHEME)}
    for iri in set().union(*matched.values()):
        assert iri.startswith(COAR_TYPE)
        assert f"<{iri}> <{RDF}type> <{SKOS}Concept> ." in published, iri
        assert sorted(vocabulary.labels[iri]) == list(LANGUAGES)


def test_implied_classes_are_dcmi_types(shared: Path, vocabulary: Vocabulary) -> None:
    published = (shared / "samples/vocabularies/dctype.ttl").read_text("utf-8")
    implied = {iri for one in vocabulary.concepts.values() for iri in one.classes}
    assert implied
    for iri in implied:
        assert iri.startswith(DCMITYPE)
        assert f"<{iri}>" in published
        assert sorted(vocabulary.labels[iri]) == list(LANGUAGES)


def test_all_of_iso_639_1_has_an_iri_of_the_language_authority(
    shared: Path, vocabulary: Vocabulary
) -> None:
    listed = shared / "samples/vocabularies/iso639/language-codes-full.csv"
    with listed.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["alpha2"]]
    assert len(rows) > 180
    for row in rows:
        code = (row["alpha3-t"] or row["alpha3-b"]).upper()
        assert vocabulary.language_iris[row["alpha2"]] == EU_LANGUAGE + code
        assert sorted(vocabulary.labels[EU_LANGUAGE + code]) == list(LANGUAGES)


def test_own_terms_are_explained_in_four_languages(
    vocabulary: Vocabulary, triples: list[tuple[str, str, str]]
) -> None:
    terms = {subject for subject, _, _ in triples if subject.startswith(CATALOOM)}
    used = {"impliesClass", "SubjectSuggestion", "suggestion", "suggestedSubject", "matchedLabel"}
    assert {CATALOOM + name for name in used} <= terms
    for term in terms:
        assert sorted(vocabulary.labels[term]) == list(LANGUAGES), term


def test_ontology_files_hold_no_blank_nodes_and_are_tidy() -> None:
    for file in sorted((ROOT / "ontology").glob("*.ttl")):
        text = file.read_text(encoding="utf-8")
        assert text.startswith("# "), file
        assert text.endswith(" .\n"), file
        assert not re.search(r"\s$", text.replace("\n", "¶").replace(" ¶", "\t¶"), re.M), file
        assert BASE not in text
        assert "_:" not in text


# Loading


def ontology(folder: Path, text: str | bytes, name: str = "a.ttl") -> Path:
    (folder / "ontology").mkdir(parents=True, exist_ok=True)
    data = text if isinstance(text, bytes) else text.encode()
    (folder / "ontology" / name).write_bytes(data)
    return folder


SMALL = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<scheme/x> a skos:ConceptScheme ; skos:prefLabel "X"@en .
<x/1> a skos:Concept ; skos:topConceptOf <scheme/x> ; skos:prefLabel "One"@en , "Un"@fr ;
    skos:altLabel "b"@en , "a"@en ; skos:hiddenLabel "0"@en .
<x/2> a skos:Concept ; skos:broader <x/1> ; skos:prefLabel "zwei"@de , "plain" .
"""


def test_relative_iris_are_below_the_base(tmp_path: Path) -> None:
    found = load_vocabulary(ontology(tmp_path, SMALL), BASE)
    assert found.schemes == {BASE + "scheme/x": {"en": "X"}}
    one, two = found.concepts[BASE + "x/1"], found.concepts[BASE + "x/2"]
    assert one.scheme == BASE + "scheme/x"
    assert one.alternatives == {"en": ("a", "b", "0")}
    assert two.scheme == ""
    assert two.broader == (one.iri,)


def test_the_order_and_the_number_of_files_do_not_matter(tmp_path: Path) -> None:
    one = load_vocabulary(ontology(tmp_path / "one", SMALL), BASE)
    prefix, *statements = SMALL.replace(";\n   ", ";").splitlines()
    for number, statement in enumerate(reversed(statements)):
        ontology(tmp_path / "two", f"{prefix}\n{statement}\n", f"{number}.ttl")
    two = load_vocabulary(tmp_path / "two", BASE)
    assert one == two
    assert one.ntriples == "".join(sorted(one.ntriples.splitlines(keepends=True)))
    assert len(one.digest) == 64


@pytest.mark.parametrize(
    ("text", "where", "told"),
    [
        ("<a> <b> .\n", "a.ttl:1", "Turtle"),
        (SMALL + '\n<c> <d> "x\n" .', "a.ttl:", "Turtle"),
        (b"<a> <b> 'caf\xe9' .\n", "a.ttl:1", "Turtle"),
        ("<a> <b> [ <c> <d> ] .\n", "a.ttl", "blank node"),
        ("_:a <b> <c> .\n", "a.ttl", "blank node"),
    ],
)
def test_a_file_that_is_wrong_is_named_with_its_line(
    tmp_path: Path, text: str | bytes, where: str, told: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_vocabulary(ontology(tmp_path, text), BASE)
    assert where in caught.value.where
    assert told in caught.value.what
    assert caught.value.next_step


def test_a_missing_ontology_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no vocabulary"):
        load_vocabulary(tmp_path, BASE)


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "ontology" / "a.ttl").mkdir(parents=True)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_vocabulary(tmp_path, BASE)


def test_a_base_that_is_no_iri_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="base"):
        load_vocabulary(ontology(tmp_path, SMALL), "not an iri")


# Labels and languages


def test_labels_fall_back_to_english_then_to_any(tmp_path: Path) -> None:
    found = load_vocabulary(ontology(tmp_path, SMALL), BASE)
    assert label(found, BASE + "x/1", "fr") == "Un"
    assert label(found, BASE + "x/1", "fr-CA") == "Un"
    assert label(found, BASE + "x/1", "pt") == "One"
    assert label(found, BASE + "x/2", "pt") == "plain"
    assert label(found, "https://elsewhere.example/x") == "https://elsewhere.example/x"


def test_language_iris(vocabulary: Vocabulary) -> None:
    assert language_iri(vocabulary, "pt-BR") == EU_LANGUAGE + "POR"
    assert language_iri(vocabulary, "PT") == EU_LANGUAGE + "POR"
    assert language_iri(vocabulary, "fil") == LEXVO_LANGUAGE + "fil"
    assert language_iri(vocabulary, "kek") == LEXVO_LANGUAGE + "kek"
    for tag in ("", "xx", "k3k", "ñañ", "abcd"):
        assert language_iri(vocabulary, tag) == ""


# Folding


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Case studies & Field examples", "case studies field examples"),
        ("  CASE\u00a0STUDIES —  field_examples!", "case studies field examples"),
        ("Étude de cas", "etude de cas"),
        ("E\u0301tude de cas", "etude de cas"),
        ("l’endettement / l'endettement", "l endettement l endettement"),
        ("Straße, Øre, Łódź, Œuvre, İstanbul", "strasse ore lodz oeuvre istanbul"),
        ("soft\u00adhyphen and zero\u200bwidth", "softhyphen and zerowidth"),
        ("ﬁnance ２０２６", "finance 2026"),
        ("हिन्दी", "हिन्दी"),
        ("がくせい", "がくせい"),
        ("한국어", "한국어"),
        ("\ud800 x", "x"),
        ("…!?", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=0x24F), max_size=30))
def test_case_and_outer_space_do_not_matter(text: str) -> None:
    assert fold(f" {text.upper()} ") == fold(text.upper())
    assert fold(text.swapcase().casefold()) == fold(text.swapcase())


# Minting


@given(st.text(), st.integers(10, 52))
def test_mint_gives_the_source_and_base_32(key: str, length: int) -> None:
    minted = mint("a-source", key, length)
    assert re.fullmatch(rf"a-source-[a-z2-7]{{{length}}}", minted)
    assert minted == mint("a-source", key, length)
    assert mint("a-source", key, 52).startswith(minted)


@given(st.lists(st.text(), unique=True, min_size=2, max_size=50))
def test_different_keys_get_different_identifiers(keys: list[str]) -> None:
    assert len({mint("x", key, 20) for key in keys}) == len(keys)


def test_mint_never_moves() -> None:
    assert mint("sepm", "a title\x1fa type") == "sepm-3fecvcshwc"
    assert mint("sepm", "\ud800") != mint("sepm", "\ud801")
