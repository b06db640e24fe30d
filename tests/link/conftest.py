"""A small vocabulary of known traps, the project's own, and records to link."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.model import Locator, Record, Text
from pipeline.settings import Source
from pipeline.vocabulary import Vocabulary, load_vocabulary

ROOT = Path(__file__).parents[2]
BASE = "https://catalogue.example/"
SMALL = """\
@prefix cataloom: <https://w3id.org/cataloom/ns#> .
@prefix dcmitype: <http://purl.org/dc/dcmitype/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<type/map> a skos:Concept ; skos:inScheme <scheme/resource-types> ; skos:prefLabel "Maps"@en ;
    skos:altLabel "Atlas / map"@en , "Plan"@en ; skos:prefLabel "Cartes"@fr ;
    cataloom:impliesClass dcmitype:Image , dcmitype:StillImage .
<type/scheme> a skos:Concept ; skos:inScheme <scheme/resource-types> ; skos:prefLabel "Plans"@en ;
    skos:altLabel "Atlas"@en , "Scheme"@en ; skos:hiddenLabel "Plan"@en .
<type/atlas> a skos:Concept ; skos:inScheme <scheme/resource-types> ; skos:prefLabel "Atlas"@en .

<subject/risk> a skos:Concept ; skos:inScheme <scheme/subjects> ; skos:prefLabel "Risk"@en .
<subject/climate-risk> a skos:Concept ; skos:inScheme <scheme/subjects> ;
    skos:broader <subject/risk> ; skos:prefLabel "Climate risk"@en , "Riesgo climático"@es ;
    skos:hiddenLabel "risks of the climate"@en .
<subject/risk-map> a skos:Concept ; skos:inScheme <scheme/subjects> ; skos:prefLabel "Risk map"@en .
<subject/complaints> a skos:Concept ; skos:inScheme <scheme/subjects> ;
    skos:prefLabel "Complaints"@en , "Quejas"@es , "Plaintes"@fr , "Reclamações"@pt ;
    skos:altLabel "complaint handling"@en .
<subject/surveys> a skos:Concept ; skos:inScheme <scheme/subjects> ; skos:prefLabel "Surveys"@en ;
    skos:hiddenLabel "risk data"@en , "(n/a)"@en ; skos:prefLabel "Plaintes"@yy .
<subject/outcomes> a skos:Concept ; skos:inScheme <scheme/subjects> ; skos:prefLabel "Outcomes"@en ;
    skos:hiddenLabel "risk data"@en .
<subject/studies> a skos:Concept ; skos:inScheme <scheme/subjects> ; skos:prefLabel "Studies"@en ;
    skos:hiddenLabel "risk data"@en ; skos:prefLabel "Quejas"@xx .
"""


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    folder = tmp_path_factory.mktemp("small")
    (folder / "ontology").mkdir()
    (folder / "ontology" / "small.ttl").write_text(SMALL, encoding="utf-8")
    return load_vocabulary(folder, BASE)


@pytest.fixture(scope="session")
def own() -> Vocabulary:
    return load_vocabulary(ROOT, BASE)


@pytest.fixture
def source() -> Source:
    return Source(
        kind="html-listing",
        location="x.html",
        languages=("en", "es", "fr", "pt"),
        name="src",
        file="input/src.toml",
    )


MakeRecord = Callable[..., Record]


@pytest.fixture
def make_record() -> MakeRecord:
    def make(
        title: str = "",
        abstract: str = "",
        *,
        language: str = "en",
        types: tuple[str, ...] = (),
        subjects: tuple[str, ...] = (),
        number: int = 1,
    ) -> Record:
        return Record(
            id=f"src-{number:010}".replace("0", "a").replace("1", "b"),
            source="src",
            key=f"key {number}",
            locator=Locator("0" * 64, "x.html", f"entry {number}"),
            title=(Text(title, language),) if title else (),
            description=(Text(abstract, language),) if abstract else (),
            type_labels=types,
            subject_labels=tuple(Text(label) for label in subjects),
        )

    return make
