"""Records, vocabulary and settings made by hand, so that these tests need no other stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from pipeline.model import (
    Agent,
    Date,
    Evidence,
    Issue,
    Locator,
    Record,
    Suggestion,
    Text,
)
from pipeline.settings import Catalogue, Publisher, Rights, Source
from pipeline.vocabulary import EU_LANGUAGE, Concept, Vocabulary

BASE = "https://example.org/catalogue/"


RecordMaker = Callable[..., Record]


@pytest.fixture(scope="session")
def base() -> str:
    """Return the base IRI of the catalogue that these tests publish."""
    return BASE


@pytest.fixture(scope="session")
def make_record() -> RecordMaker:
    """Return a function that makes a record by number; keywords are fields of `Record`."""
    return _make_record


def _make_record(number: int, **changes: Any) -> Record:
    identifier = f"listing-{number:010d}"
    record = Record(
        id=identifier,
        source="listing",
        key=f"title {number}|case study",
        locator=Locator("ab" * 32, "page-1.html", f"entry {number}, line {number * 7}"),
        title=(Text(f"Cobrança com dignidade {number}", "pt"),),
        description=(Text("Una política de cobro respetuosa.", "es"),),
        type_labels=("Case studies",),
        types=(f"{BASE}type/case-study",),
        languages=("pt",),
        issued=Date("2008", "gYear", "2008"),
        creators=(Agent("A. Author"),),
        suggestions=(Suggestion(f"{BASE}subject/collections", Text("cobrança", "pt")),),
        evidence=(
            Evidence("title", "encoding.iso-8859-16", "CobranĂ§a", "Cobrança", 0.98),
            Evidence("title", "language.abstract-prior", "Cobrança com dignidade", "pt", 0.93),
        ),
        issues=(
            Issue(
                "listing", identifier, "link", "type", "Novel", "warning", "no concept is named so"
            ),
        ),
        release=1,
        digest=f"{number:064x}",
    )
    return msgspec.structs.replace(record, **changes)


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """Return two schemes with a concept each."""
    scheme, subjects = f"{BASE}scheme/resource-types", f"{BASE}scheme/subjects"
    skos = "http://www.w3.org/2004/02/skos/core#"
    kind = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    lines = [
        f'<{BASE}type/case-study> <{skos}prefLabel> "Case study"@en .\n',
        f'<{BASE}type/case-study> <{skos}prefLabel> "Estudo de caso"@pt .\n',
        f"<{BASE}type/case-study> <{skos}inScheme> <{scheme}> .\n",
        f"<{BASE}type/case-study> {kind} <{skos}Concept> .\n",
        f"<{scheme}> {kind} <{skos}ConceptScheme> .\n",
    ]
    return Vocabulary(
        concepts={
            f"{BASE}type/case-study": Concept(
                f"{BASE}type/case-study",
                scheme,
                {"en": "Case study", "pt": "Estudo de caso"},
                {},
                (),
                (),
            ),
            f"{BASE}subject/collections": Concept(
                f"{BASE}subject/collections", subjects, {"en": "Collections"}, {}, (), ()
            ),
        },
        schemes={scheme: {"en": "Resource types"}, subjects: {}},
        ntriples="".join(sorted(lines)),
        language_iris={tag: EU_LANGUAGE + code for tag, code in (("en", "ENG"), ("pt", "POR"))},
        digest="0" * 64,
        labels={
            f"{BASE}type/case-study": {"en": "Case study", "pt": "Estudo de caso"},
            f"{BASE}subject/collections": {"en": "Collections"},
        },
    )


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Return the settings of a catalogue in two languages."""
    return Catalogue(
        base=BASE,
        title={"en": "A catalogue", "pt": "Um catálogo"},
        publisher=Publisher("The library", "https://library.example.org/"),
        licence="https://creativecommons.org/publicdomain/zero/1.0/",
        languages=("en", "pt"),
        contact="mailto:catalogue@example.org",
        homepage="https://example.org/",
    )


@pytest.fixture(scope="session")
def source() -> Source:
    """Return the settings of one source."""
    return Source(
        kind="text-listing",
        location="page.txt",
        languages=("en", "pt"),
        name="listing",
        title="The listing",
        homepage="https://listing.example.org/",
        rights=Rights("https://creativecommons.org/licenses/by/4.0/", "The listing's owner"),
    )
