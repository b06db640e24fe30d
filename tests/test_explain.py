"""One record told from its place in the payload to its triples."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from pipeline.errors import ReleaseError
from pipeline.explain import explain, explain_record
from pipeline.find_record import NothingFoundError
from pipeline.manifest import Manifest
from pipeline.model import (
    Date,
    Evidence,
    Issue,
    Locator,
    Record,
    Suggestion,
    Text,
    Tombstone,
)
from pipeline.record_parts import write_records
from pipeline.settings import Catalogue, Publisher, Settings, Source

BASE = "https://example.org/c/"
PAGE = (
    b"<html>\r\n<h1>List</h1>\r\n<h3>Cobran\xe7a</h3>\r\n<p>\x1b[31mred</p>\r\n"
    + b"x" * 300
    + b"\r\n</html>"
    + b"y" * 3000
)
DIGEST = hashlib.sha256(PAGE).hexdigest()
ID = "s-aaaaaaaaaa"

ONTOLOGY = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<scheme/resource-types> a skos:ConceptScheme .
<type/case-study> a skos:Concept ; skos:inScheme <scheme/resource-types> ;
    skos:prefLabel "Case study"@en .
<subject/debt-collection> a skos:Concept ; skos:prefLabel "Debt collection"@en .
"""


def record(number: int, title: str, **fields: object) -> Record:
    known: dict[str, object] = {
        "id": f"s-{'abcdefg'[number] * 10}",
        "source": "s",
        "key": f"{title}|case study",
        "locator": Locator(DIGEST, "s/page-1.html", "entry 1, line 3"),
        "title": (Text(title, "pt"),),
        "release": 2,
    }
    return Record(**(known | fields))  # type: ignore[arg-type] # fields of Record


FULL = record(
    0,
    "Cobrança com dignidade",
    keys=("Cobranca|case study", "Cobrança com dignidade|case study"),
    description=(Text("A " * 500),),
    type_labels=("Case studies",),
    types=(f"{BASE}type/case-study",),
    languages=("pt",),
    issued=Date("2008", "gYear", "2008"),
    subject_labels=(Text("cobrança"),),
    subjects=(f"{BASE}subject/debt-collection",),
    suggestions=(Suggestion(f"{BASE}subject/debt-collection", Text("cobrança", "pt")),),
    identifiers=("10.1000/182",),
    pages=("https://www.example.org/page/",),
    evidence=(
        Evidence("title", "encoding.iso-8859-16", "CobranĂ§a", "Cobrança", 0.97),
        Evidence("title", "language.abstract-prior", "Cobrança com dignidade", "pt", 0.99),
    ),
    issues=(Issue("s", ID, "clean", "description", "A A", "warning", "Its language is unclear."),),
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return a small catalogue with a release, written by hand."""
    import pyoxigraph

    folder = tmp_path_factory.mktemp("explained")
    release = folder / "output" / "releases" / "20260102T000000Z"
    for made in (release / "records", folder / "output" / "payloads", folder / "ontology"):
        made.mkdir(parents=True)
    (folder / "output" / "current").symlink_to("releases/20260102T000000Z")
    (folder / "ontology" / "all.ttl").write_text(ONTOLOGY, encoding="utf-8")
    (folder / "output" / "payloads" / DIGEST).write_bytes(PAGE)
    records = [
        FULL,
        record(1, "Cobranza con dignidad", types=(), locator=Locator("0" * 64, "p", "entry 9")),
        record(2, "Dignidad y trato", locator=Locator(DIGEST, "s/page-1.html", "entry 2, line 6")),
    ]
    write_records(release / "records" / "part-00000.jsonl.gz", records)
    rejected = record(3, "Broken record", id="", key="broken", locator=Locator(DIGEST, "p", ""))
    issue = Issue("s", "entry 7", "validate", "title", "", "violation", "There is no title.")
    (release / "quarantine.jsonl").write_bytes(
        msgspec.json.encode({"id": "", "record": rejected, "issues": [issue]}) + b"\n"
    )
    stone = Tombstone("s-zzzzzzzzzz", "s", (), 2, "gone from the source", replaced_by=ID)
    (release / "tombstones.jsonl").write_bytes(msgspec.json.encode(stone) + b"\n")
    stamps = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    manifest = Manifest(
        id=release.name, number=2, base=BASE, keys={}, datestamps=stamps, switches=stamps
    )
    (release / "manifest.json").write_bytes(msgspec.json.encode(manifest))
    store = pyoxigraph.Store(str(release / "graph"))
    store.bulk_load(
        f"""<{BASE}resource/{ID}> <http://purl.org/dc/terms/title> "Cobran\\u00e7a"@pt ;
            <http://purl.org/dc/terms/creator> <{BASE}resource/{ID}#creator-1> ;
            <http://purl.org/dc/terms/type> <{BASE}type/case-study> .
        <{BASE}resource/{ID}#creator-1> <http://xmlns.com/foaf/0.1/name> "Ana\\u001b" .
        <{BASE}record/{ID}> <http://xmlns.com/foaf/0.1/primaryTopic> <{BASE}resource/{ID}> .
        <{BASE}type/case-study> <http://purl.org/dc/terms/title> "not of this record" .
        """.encode(),
        format=pyoxigraph.RdfFormat.TURTLE,
    )
    store.flush()
    source = Source(
        kind="html-listing",
        location="s/*.html",
        languages=("pt",),
        name="s",
        encoding="iso-8859-1",
    )
    catalogue = Catalogue(
        base=BASE,
        title={"en": "C"},
        publisher=Publisher("P"),
        licence="https://example.org/l",
        languages=("en",),
        contact="mailto:a@example.org",
    )
    return Settings(folder, catalogue, (source,))


def test_every_stage_is_told(settings: Settings) -> None:
    text = explain_record(settings, ID)
    assert "\x1b" not in text
    for part in (
        f"Cobrança com dignidade\n{BASE}resource/{ID}\n{BASE}record/{ID}\n",
        "position    entry 1, line 3",
        "former key  Cobranca|case study",
        "  │ <h3>Cobrança</h3>\n  │ <p>␛[31mred</p>\n  │ xxxx",
        "title: encoding.iso-8859-16, 97% sure\n  before    CobranĂ§a\n  after     Cobrança\n",
        "title       language pt: language.abstract-prior, 99% sure",
        "description language not settled: no evidence kept",
        "issued      2008 (gYear)",
        "type        'Case studies' in the source",
        f"→ Case study <{BASE}type/case-study>",
        "suggested   Debt collection",
        "'cobrança' @pt",
        "cataloom decide",
        "warning     clean, description: Its language is unclear.\n            value: A A\n",
        "last changed in release 2 (2026-01-02T00:00:00Z)",
        'dcterms:title "Cobrança"@pt',
        'foaf:name "Ana\\u001B"',
        f"record:{ID} foaf:primaryTopic resource:{ID} .",
        "resource    language pt",
    ):
        assert part in text, part
    assert "List" not in text
    assert "</html>" not in text  # it stands where the next entry begins
    assert "not of this record" not in text
    assert all(len(line) <= 80 for line in text.split("5 publish")[0].splitlines())


@pytest.mark.parametrize(
    "what",
    [
        f"{BASE}resource/{ID}",
        f"<{BASE}record/{ID}>",
        f"{BASE}resource/{ID}#creator-1",
        "Cobranca|case study",
        "10.1000/182",
        "http://example.org/page",
        "COBRANCA dignidade",
    ],
)
def test_a_record_is_found_by(settings: Settings, what: str) -> None:
    assert explain_record(settings, what).startswith("Cobrança com dignidade\n")


def test_several_are_listed_to_choose_from(settings: Settings) -> None:
    text = explain_record(settings, "dignidad")
    assert text.startswith("3 records have 'dignidad' in their titles. Choose one:\n")
    assert "Dignidad y trato\n  cataloom explain s-cccccccccc" in text


def test_a_whole_title_is_chosen_among_several(settings: Settings) -> None:
    text = explain_record(settings, "dignidad y trato")
    assert text.startswith("Dignidad y trato\n")
    assert "yyy\n  │ …\n" in text  # what stood there is long


def test_a_long_list_is_cut(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.explain.MOST_LISTED", 2)
    assert explain_record(settings, "dignidad").endswith("and 1 more: add words")


def test_none_found_names_the_nearest(settings: Settings) -> None:
    with pytest.raises(NothingFoundError, match="nearest titles: Cobranza con dignidad") as caught:
        explain_record(settings, "cobranzas condignidad")
    assert caught.value.exit_code == 2
    with pytest.raises(NothingFoundError, match="try other words"):
        explain_record(settings, "qqqq")


@pytest.mark.parametrize("nothing", ["", "  ", "<>", "&"])
def test_nothing_asked(settings: Settings, nothing: str) -> None:
    with pytest.raises(NothingFoundError):
        explain_record(settings, nothing)


def test_a_rejected_record(settings: Settings) -> None:
    text = explain_record(settings, "broken")
    assert "REJECTED: it is not in the release" in text
    assert "violation   validate, title: There is no title." in text
    assert "none: correct what the issues say" in text
    assert "  │ <html>\n  │ <h1>List</h1>\n" in text


def test_what_is_not_known_is_said(settings: Settings) -> None:
    text = explain_record(settings, "s-bbbbbbbbbb")
    assert "the payload is not kept here" in text
    assert "→ no concept: its label waits in worklist.csv" in text
    assert "no value was changed" in text
    assert "4 validate: its issues\n──────────────────────\nnone\n" in text


def test_a_deleted_record(settings: Settings) -> None:
    text = explain_record(settings, f"{BASE}resource/s-zzzzzzzzzz")
    assert text == (
        f"s-zzzzzzzzzz was deleted in release 2: gone from the source, replaced by {ID}"
    )


def test_an_unknown_encoding_is_no_crash(settings: Settings) -> None:
    sources = tuple(msgspec.structs.replace(one, encoding="klingon") for one in settings.sources)
    text = explain_record(msgspec.structs.replace(settings, sources=sources), ID)
    assert "(unknown encoding: klingon)" in text


def test_a_damaged_quarantine(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "quarantine.jsonl").write_bytes(b"{")
    manifest = settings.output / "current" / "manifest.json"
    (tmp_path / "manifest.json").write_bytes(manifest.read_bytes())
    with pytest.raises(ReleaseError, match="the quarantine is damaged"):
        explain(settings, tmp_path, ID)


def test_no_quarantine(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "tombstones.jsonl").write_bytes(b"")
    manifest = settings.output / "current" / "manifest.json"
    (tmp_path / "manifest.json").write_bytes(manifest.read_bytes())
    with pytest.raises(NothingFoundError):
        explain(settings, tmp_path, ID)
