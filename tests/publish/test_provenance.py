"""`provenance.nt.gz`: PROV-O lineage."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterable
from pathlib import Path

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import OutputError
from pipeline.model import Evidence, Locator, Record
from pipeline.publish import Artefact, Lineage, Run, write_provenance
from pipeline.publish.provenance import record_lineage

PROV = "http://www.w3.org/ns/prov#"
CATALOOM = "https://w3id.org/cataloom/ns#"
TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from('"\\\n\r\0<>'), max_size=30)


@pytest.fixture(scope="session")
def lineage(base: str) -> Lineage:
    return Lineage(
        base,
        {
            2: Run("20261124T190000Z", "2026-11-24T19:00:00Z", "0.1.0"),
            1: Run("20261123T190000Z", "2026-11-23T19:00:00Z"),
        },
    )


def written(folder: Path, lineage: Lineage, records: Iterable[Record]) -> Artefact:
    """Write the lineage of records, in two pieces."""
    known = list(records)
    for name, some in (("one", known[:1]), ("two", known[1:])):
        (folder / name).write_bytes(b"".join(record_lineage(lineage, one) for one in some))
    origins = [(one.locator.payload, one.locator.name) for one in known]
    return write_provenance(folder, lineage, origins, [folder / "one", folder / "two"])


def _read(data: bytes) -> list[tuple[str, str, str]]:
    return [
        (str(quad.subject), quad.predicate.value, str(quad.object))
        for quad in pyoxigraph.parse(input=data, format=pyoxigraph.RdfFormat.N_TRIPLES)
    ]


def test_a_record_is_traced_to_its_payload_and_run(
    tmp_path: Path, base: str, lineage: Lineage, make_record: Callable[..., Record]
) -> None:
    records = [make_record(1), make_record(2, release=2), make_record(3, release=7)]
    written(tmp_path, lineage, records)
    triples = _read(gzip.decompress((tmp_path / "provenance.nt.gz").read_bytes()))
    payload = f"<{base}payload/{'ab' * 32}>"
    node = f"<{base}record/listing-0000000001>"
    derivation = f"<{base}record/listing-0000000001#derivation>"
    run = f"<{base}release/20261123T190000Z#run>"
    for expected in (
        (node, PROV + "wasDerivedFrom", payload),
        (node, PROV + "wasGeneratedBy", run),
        (node, PROV + "qualifiedDerivation", derivation),
        (derivation, PROV + "entity", payload),
        (derivation, PROV + "hadActivity", run),
        (derivation, CATALOOM + "position", '"entry 1, line 7"'),
        (payload, "http://www.w3.org/2000/01/rdf-schema#label", '"page-1.html"'),
        (
            f"<{base}release/20261124T190000Z#cataloom>",
            "http://schema.org/softwareVersion",
            '"0.1.0"',
        ),
        (
            run,
            PROV + "endedAtTime",
            '"2026-11-23T19:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>',
        ),
    ):
        assert expected in triples
    assert len(triples) == len(set(triples))  # the payload that all share is told of once
    assert not any(
        subject.startswith(f"<{base}record/listing-0000000003") and "Generated" in predicate
        for subject, predicate, _ in triples
    )  # a run that nobody knows any more


def test_evidence_is_numbered(
    base: str, lineage: Lineage, make_record: Callable[..., Record]
) -> None:
    triples = _read(record_lineage(lineage, make_record(1)))
    node = f"<{base}record/listing-0000000001#evidence-2>"
    decimal = "http://www.w3.org/2001/XMLSchema#decimal"
    assert {predicate: value for subject, predicate, value in triples if subject == node} == {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": f"<{CATALOOM}Evidence>",
        CATALOOM + "field": '"title"',
        CATALOOM + "rule": '"language.abstract-prior"',
        CATALOOM + "before": '"Cobrança com dignidade"',
        CATALOOM + "after": '"pt"',
        CATALOOM + "confidence": f'"0.93"^^<{decimal}>',
    }


@pytest.mark.parametrize(
    ("confidence", "shown"),
    [(1.0, "1"), (0.0, "0"), (1e-9, "0"), (0.5, "0.5"), (2 / 3, "0.6667"), (100.0, "100")],
)
def test_confidence_is_a_decimal(
    lineage: Lineage, make_record: Callable[..., Record], confidence: float, shown: str
) -> None:
    record = make_record(1, evidence=(Evidence("title", "rule", "a", "b", confidence),))
    assert f'"{shown}"^^' in record_lineage(lineage, record).decode()


def test_a_payload_from_the_web_has_its_address(
    tmp_path: Path, base: str, lineage: Lineage, make_record: Callable[..., Record]
) -> None:
    locator = Locator("cd" * 32, "https://example.org/a b?x=<y>", "entry 1")
    written(tmp_path, lineage, [make_record(1, locator=locator)])
    triples = _read(gzip.decompress((tmp_path / "provenance.nt.gz").read_bytes()))
    assert (
        f"<{base}payload/{'cd' * 32}>",
        "http://purl.org/dc/terms/source",
        "<https://example.org/a%20b?x=%3Cy%3E>",
    ) in triples


@settings(max_examples=100)
@given(TEXT, TEXT, TEXT)
def test_hostile_text_stays_text(
    lineage: Lineage, make_record: Callable[..., Record], before: str, after: str, place: str
) -> None:
    record = make_record(
        1,
        locator=Locator("ab" * 32, place, place),
        evidence=(Evidence(place, "rule", before, after, 0.5),),
    )
    values = {
        quad.predicate.value: quad.object
        for quad in pyoxigraph.parse(
            input=record_lineage(lineage, record), format=pyoxigraph.RdfFormat.N_TRIPLES
        )
    }
    for name, text in (("before", before), ("after", after), ("position", place)):
        value = values[CATALOOM + name]
        assert isinstance(value, pyoxigraph.Literal)
        assert value.value == text


def test_same_records_same_bytes(
    tmp_path: Path, lineage: Lineage, make_record: Callable[..., Record]
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, two = (
        written(tmp_path / name, lineage, (make_record(n) for n in range(50))) for name in "ab"
    )
    assert one == two
    assert (tmp_path / "a" / one.name).read_bytes() == (tmp_path / "b" / two.name).read_bytes()


def test_a_full_disk_is_an_output_error(
    tmp_path: Path, lineage: Lineage, make_record: Callable[..., Record]
) -> None:
    (tmp_path / "provenance.nt.gz").symlink_to("/dev/full")
    with pytest.raises(OutputError, match="No space left"):
        written(tmp_path, lineage, [make_record(1)])
