"""The language of a text: settled by evidence, or honestly not."""

from __future__ import annotations

import csv
import importlib.util
import logging
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.clean.language import Decision, decide
from pipeline.clean.tags import canonical_tag, primary, scripts
from pipeline.settings import LanguageSettings

SETTINGS = LanguageSettings()
SOURCE = ("en", "es", "fr", "pt")
ENGLISH = "Principles of client protection in practice"
SHORT = "Analysis Report"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    path = Path(__file__).parents[1] / "benchmarks" / "language_accuracy.py"
    spec = importlib.util.spec_from_file_location("language_accuracy", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        (ENGLISH, "en"),
        ("Principios de protección al cliente en la práctica", "es"),
        ("Principes de protection des clients dans la pratique", "fr"),
        ("Princípios de proteção ao cliente na prática", "pt"),
        ("PRINCÍPIOS DE PROTEÇÃO AO CLIENTE NA PRÁTICA", "pt"),
    ],
)
def test_evidence(text: str, tag: str) -> None:
    decision = decide(text, SOURCE, SETTINGS)
    assert (decision.tag, decision.rule) == (tag, "language.evidence")
    assert SETTINGS.accept <= decision.confidence <= 1


@pytest.mark.parametrize("text", ["", "2008", "…", "1990–2004 (3)"])
def test_text_without_letters_has_no_language(text: str) -> None:
    assert decide(text, SOURCE, SETTINGS) == Decision("", "language.unsettled", 0.0)


def test_thin_evidence_is_unsettled_and_a_prior_settles_it() -> None:
    alone = decide(SHORT, SOURCE, SETTINGS)
    assert (alone.tag, alone.rule, alone.guess) == ("", "language.unsettled", "en")
    assert decide(SHORT, SOURCE, SETTINGS, prior="en").tag == "en"
    strict = LanguageSettings(accept=1.0)
    assert decide(SHORT, SOURCE, strict, prior="en").rule == "language.unsettled"


def test_a_prior_does_not_outweigh_a_clear_text() -> None:
    assert decide(ENGLISH, SOURCE, SETTINGS, prior="es").tag == "en"


@pytest.mark.parametrize("languages", [SOURCE, ("en",)])
def test_a_language_that_the_source_does_not_name_gets_no_tag(languages: tuple[str, ...]) -> None:
    decision = decide("Grundsätze des Kundenschutzes in der Praxis", languages, SETTINGS)
    assert (decision.tag, decision.guess) == ("", "de")
    assert decision.rule in {"language.vetoed", "language.unsettled"}


def test_the_veto_can_be_set() -> None:
    text = "Grundsätze des Kundenschutzes in der Praxis"
    lenient = LanguageSettings(veto=1.0, accept=0.2)
    assert decide(text, SOURCE, SETTINGS).tag == ""
    assert decide(text, SOURCE, lenient).tag in SOURCE


@pytest.mark.parametrize(
    ("text", "languages", "tag", "rule"),
    [
        ("حماية العملاء في التمويل الأصغر", ("ar", "en"), "ar", "script"),
        ("حفاظت از مشتریان در مؤسسات مالی خرد و بانک‌ها", ("ar", "en"), "", "vetoed"),
        ("客户保护原则 (SMART)", ("zh", "en"), "zh", "script"),
        ("客户保护原则", ("zh-Hans", "en"), "zh-Hans", "script"),
        ("顧客を保護するための原則", ("ja", "zh"), "ja", "script"),
        ("고객 보호 원칙", ("ko", "ja", "zh"), "ko", "script"),
        ("Защита клиентов в микрофинансировании", ("ru", "uk"), "ru", "evidence"),
        ("Захист клієнтів у мікрофінансуванні", ("ru", "uk"), "uk", "evidence"),
        ("Защита клиентов в микрофинансировании", ("en",), "", "vetoed"),
        ("Client protection in Russia (Россия)", ("ru", "en"), "en", "evidence"),
        ("𐎠𐎡𐎢", ("en",), "", "unsettled"),
    ],
)
def test_script_first(text: str, languages: tuple[str, ...], tag: str, rule: str) -> None:
    decision = decide(text, languages, SETTINGS)
    assert (decision.tag, decision.rule) == (tag, f"language.{rule}")


def test_a_statement_decides_where_the_text_does_not() -> None:
    assert decide("2008", SOURCE, SETTINGS, declared="pt").tag == "pt"
    declared = decide("Radar", SOURCE, SETTINGS, declared="pt-BR")
    assert (declared.tag, declared.rule) == ("pt-BR", "language.declared")
    assert decide(ENGLISH, SOURCE, SETTINGS, declared="en-GB").tag == "en-GB"


def test_a_statement_that_the_text_speaks_against_is_reported() -> None:
    contradicted = decide(ENGLISH, SOURCE, SETTINGS, declared="es")
    assert contradicted.rule == "language.contradicted"
    assert (contradicted.tag, contradicted.guess) == ("en", "es")
    foreign = decide("Grundsätze des Kundenschutzes in der Praxis", SOURCE, SETTINGS, declared="es")
    assert (foreign.tag, foreign.rule) == ("", "language.vetoed")


def test_regions_and_languages_without_a_model() -> None:
    portuguese = "Princípios de proteção ao cliente na prática"
    assert decide(portuguese, ("en", "pt-BR"), SETTINGS).tag == "pt-BR"
    assert decide(portuguese, ("pt-PT", "en", "pt-BR"), SETTINGS).tag == "pt"
    assert decide(portuguese, ("gn",), SETTINGS).tag == ""
    assert decide("Mba'eporu", ("gn",), SETTINGS, declared="gn").tag == "gn"


def test_nothing_is_logged_or_fetched(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        decide("word " * 100_000, SOURCE, SETTINGS)
    assert not [record for record in caplog.records if "langdetect" in record.getMessage()]


def test_the_33_titles_of_the_listing_without_their_abstracts(shared: Path) -> None:
    lines = (shared / "seeds" / "titles.tsv").read_text(encoding="utf-8").splitlines()
    titles = [row["title"] for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]
    spanish = {"Cobranza", "Educando", "Lineamientos", "Ahorros"}
    outcomes: Counter[str] = Counter()
    for title in titles:
        words = set(title.split())
        right = "pt" if words & {"Cobrança", "Política"} else "es" if words & spanish else "en"
        tag = decide(title, SOURCE, SETTINGS).tag
        outcomes["unsettled" if not tag else "right" if tag == right else "wrong"] += 1
    assert outcomes["right"] >= 28
    assert outcomes["wrong"] == 0
    assert outcomes.total() == 33


def test_accuracy_on_titles_that_nobody_chose(shared: Path, benchmark: ModuleType) -> None:
    folder = shared / "samples" / "text" / "parallel"
    titles = list(benchmark.samples(folder, SOURCE))[::4]
    known = benchmark.accuracy(titles, benchmark.own_abstract)
    assert known.coverage >= 0.97
    assert known.precision >= 0.995
    foreign = list(benchmark.samples(folder, ("de", "it")))[::4]
    assert benchmark.accuracy(foreign, benchmark.own_abstract).wrong <= 0.03


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("en", "en"), ("EN", "en"), ("eng", "en"), ("fre", "fr"), ("fra", "fr"), ("ger", "de"),
        ("en_US", "en-US"), ("pt-br", "pt-BR"), ("zh-hant-tw", "zh-Hant-TW"), ("iw", "he"),
        ("es-419", "es-419"), ("sr-Latn", "sr-Latn"), ("en-Latn", "en"), ("cmn", "zh"),
        ("ca-valencia", "ca-valencia"), ("en-u-co-phonebk", "en"), ("de-1901", "de"),
        ("English", "en"), ("Español", "es"), ("PORTUGUÊS", "pt"), ("Français", "fr"),
        ("English (US)", "en"), ("Spanish; Castilian", "es"), ("العربية", "ar"), ("中文", "zh"),
        ("Brazilian Portuguese", "pt-BR"),
        ("zz", ""), ("und", ""), ("mul", ""), ("qaa", ""), ("x-klingon", ""), ("", ""), ("e", ""),
        ("Klingon", ""), ("en--US", ""), ("español latino", ""), ("a" * 500, ""), ("../x", ""),
    ],
)  # fmt: skip
def test_tags(text: str, tag: str) -> None:
    assert canonical_tag(text) == tag


def test_parts_of_tags() -> None:
    assert primary("pt-BR") == "pt"
    assert scripts("zh-Hant") == ("Hani",)
    assert scripts("ja") == ("Kana", "Hani")
    assert scripts("ru") == ("Cyrl",)
    assert scripts("sr-Latn") == ("Latn",)
