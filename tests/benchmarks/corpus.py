"""A corpus of made-up records: realistic, of about sixteen triples each, the same for one seed.

`python tests/benchmarks/corpus.py COUNT FILE` writes it as JSON lines. The texts are put together
here; nothing is taken from any listing.
"""

from __future__ import annotations

import hashlib
import random
import sys
from base64 import b32encode
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from pipeline.map import Scope
from pipeline.model import Agent, Date, Locator, Record, Suggestion, Text

SEED: Final = 437
BASE: Final = "https://example.org/catalogue/"
SCOPE: Final = Scope(
    base=BASE,
    dataset=BASE + "dataset",
    metadata_licence="https://creativecommons.org/publicdomain/zero/1.0/",
    modified={1: "2026-01-31T12:00:00Z"},
    language_iris={
        tag: f"http://publications.europa.eu/resource/authority/language/{code}"
        for tag, code in (("en", "ENG"), ("es", "SPA"), ("fr", "FRA"), ("pt", "POR"))
    },
    homepages={"made-up": "https://example.org/listing"},
)

# Subject, verb, object and setting of sentences, by language.
_WORDS: Final = {
    "en": (
        ("The cooperative", "A village bank", "The field team", "The regional network"),
        ("reviews", "publishes", "compares", "tests"),
        ("its complaints procedure", "the pricing of loans", "digital wages", "staff incentives"),
        ("before lending again.", "with its members.", "in three provinces.", "every quarter."),
    ),
    "es": (
        ("La cooperativa", "Una caja rural", "El equipo de campo", "La red de la región"),
        ("revisa", "publica", "compara", "prueba"),
        ("el trámite de quejas", "el precio de los préstamos", "los salarios", "la cobranza"),
        ("antes de prestar otra vez.", "con su gente.", "en tres años.", "cada trimestre."),
    ),
    "fr": (
        ("La coopérative", "Une caisse rurale", "L'équipe de terrain", "Le réseau régional"),
        ("révise", "publie", "compare", "éprouve"),
        ("ses réclamations", "le coût des prêts", "les salaires numériques", "le recouvrement"),
        ("avant de prêter à nouveau.", "avec ses membres.", "dès l'été.", "chaque trimestre."),
    ),
    "pt": (
        ("A cooperativa", "Uma caixa rural", "A equipe de campo", "A rede da região"),
        ("revê", "publica", "compara", "testa"),
        ("as reclamações", "o preço dos empréstimos", "os salários digitais", "a cobrança"),
        ("antes de emprestar de novo.", "com seus sócios.", "em três anos.", "a cada mês."),
    ),
}
_TYPES: Final = ("case-study", "tool", "policy", "report", "training-material")
_SUBJECTS: Final = ("client-protection", "collections", "green-finance", "complaints", "wages")
_NAMES: Final = ("Ana Núñez", "J. O'Hara", 'Grupo "Vía Común"', "Łucja Żak", "Réseau Épargne")
_SENTENCES: Final = (3, 7)


def generate(count: int, seed: int = SEED) -> Iterator[Record]:
    """Yield `count` records, the same ones for the same seed."""
    random_source = random.Random(seed)  # noqa: S311 - nothing secret
    for number in range(count):
        yield _record(number, random_source)


def _record(number: int, source: random.Random) -> Record:
    language = source.choice(tuple(_WORDS))
    title = _sentence(language, source).rstrip(".")
    sentences = [_sentence(language, source) for _ in range(source.randint(*_SENTENCES))]
    key = hashlib.sha256(f"{number} {title}".encode()).digest()
    subjects = source.sample(_SUBJECTS, source.choice((0, 1, 1, 2)))
    kind = source.choice(_TYPES)
    return Record(
        id="made-up-" + b32encode(key)[:10].decode().lower(),
        source="made-up",
        key=title.lower(),
        locator=Locator(key.hex(), f"page-{number // 10}.html", f"entry {number % 10 + 1}"),
        title=(Text(title, language),),
        description=(Text(" ".join(sentences), language if source.random() < 0.95 else ""),),
        type_labels=(kind,),
        types=(BASE + "type/" + kind,),
        classes=("http://purl.org/dc/dcmitype/Text",),
        languages=(language,) if source.random() < 0.8 else (),
        issued=_date(source),
        creators=(Agent(source.choice(_NAMES)),) if source.random() < 0.2 else (),
        subjects=tuple(BASE + "subject/" + subject for subject in subjects),
        suggestions=_suggestions(language, source),
        pages=(f"https://example.org/listing/{number}?lang={language}",),
        release=1,
    )


def _sentence(language: str, source: random.Random) -> str:
    return " ".join(source.choice(words) for words in _WORDS[language])


def _date(source: random.Random) -> Date | None:
    year = str(source.randint(1995, 2025))
    month = f"{year}-{source.randint(1, 12):02}"
    chance = source.random()
    if chance < 0.35:
        return Date(year, "gYear", year)
    if chance < 0.5:
        return Date(month, "gYearMonth", year)
    if chance < 0.6:
        return Date(f"{month}-{source.randint(1, 28):02}", "date", year)
    return Date(year + "~", "edtf", year) if chance < 0.63 else None


def _suggestions(language: str, source: random.Random) -> tuple[Suggestion, ...]:
    if source.random() > 0.05:
        return ()
    label = source.choice(_WORDS[language][2])
    return (Suggestion(BASE + "subject/" + source.choice(_SUBJECTS), Text(label, language)),)


def write(count: int, file: Path, seed: int = SEED) -> None:
    """Write `count` records to `file`, one JSON object a line."""
    encoder = msgspec.json.Encoder()
    with file.open("wb") as lines:
        for record in generate(count, seed):
            lines.write(encoder.encode(record) + b"\n")


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
