"""`provenance.nt.gz`: where each record stood, and what was changed and why, in PROV-O.

<base>record/x  prov:wasDerivedFrom       <base>payload/<sha256>
prov:wasGeneratedBy       <base>release/<id>#run
prov:qualifiedDerivation  <base>record/x#derivation   place in the payload
cataloom:evidence         <base>record/x#evidence-1   before, after, rule, …
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from pipeline.model import Record
from pipeline.publish.artefact import BUFFER_SIZE, Artefact, write_packed
from pipeline.publish.terms import iri, literal, triple
from pipeline.vocabulary import CATALOOM, DCTERMS, FOAF, PROV, RDF, RDFS, SCHEMA, SPDX, XSD

PROVENANCE_FILE = "provenance.nt.gz"


class Run(msgspec.Struct, frozen=True):
    """The run that made a release: its id, clock reading (xsd:dateTime) and Cataloom's version.

    The version is empty where it is no longer known (the release has been pruned).
    """

    release: str
    clock: str
    version: str = ""


class Lineage(msgspec.Struct, frozen=True):
    """What a record does not know of its own origin.

    `runs` maps numbers of releases to runs: all that records refer to, and the present one.
    """

    base: str
    runs: Mapping[int, Run]


def write_provenance(
    folder: Path, lineage: Lineage, origins: Iterable[tuple[str, str]], pieces: Iterable[Path]
) -> Artefact:
    """Write the lineage of records; raises `OutputError`.

    `origins` are the digests and names of the payloads that they stood in, `pieces` the files that
    hold what `record_lineage` gave.
    """
    return write_packed(folder / PROVENANCE_FILE, _blocks(lineage, origins, pieces))


def record_lineage(lineage: Lineage, record: Record) -> bytes:
    """Return the N-Triples on one record (not those on its payload)."""
    node = iri(f"{lineage.base}record/{record.id}")[1:-1]
    payload = _payload(lineage.base, record.locator.payload)
    position = literal(record.locator.position)
    lines = [_RECORD % {b"node": node, b"payload": payload, b"position": position}]
    run = lineage.runs.get(record.release)
    if run is not None:
        lines.append(_OF_RUN % {b"node": node, b"activity": _activity(lineage.base, run)})
    for number, evidence in enumerate(record.evidence, start=1):
        values = {
            b"record": node,
            b"node": b"%b#evidence-%d" % (node, number),
            b"property": _name(evidence.property),
            b"rule": _name(evidence.rule),
            b"before": literal(evidence.before),
            b"after": literal(evidence.after),
            b"confidence": _decimal(evidence.confidence),
        }
        lines.append(_EVIDENCE % values)
    return b"".join(lines)


_A = iri(RDF + "type")
_ENTITY = iri(PROV + "Entity")


def _template(*lines: tuple[str, str, str]) -> bytes:
    """Return lines of N-Triples; subjects and objects hold the names of what is put in."""
    return "".join(
        f"{subject} <{predicate}> {value} .\n" for subject, predicate, value in lines
    ).encode()


_RECORD = _template(
    ("<%(node)b>", RDF + "type", f"<{PROV}Entity>"),
    ("<%(node)b>", PROV + "wasDerivedFrom", "%(payload)b"),
    ("<%(node)b>", PROV + "qualifiedDerivation", "<%(node)b#derivation>"),
    ("<%(node)b#derivation>", RDF + "type", f"<{PROV}Derivation>"),
    ("<%(node)b#derivation>", PROV + "entity", "%(payload)b"),
    ("<%(node)b#derivation>", CATALOOM + "position", "%(position)b"),
)
_OF_RUN = _template(
    ("<%(node)b>", PROV + "wasGeneratedBy", "%(activity)b"),
    ("<%(node)b#derivation>", PROV + "hadActivity", "%(activity)b"),
)
_EVIDENCE = _template(
    ("<%(record)b>", CATALOOM + "evidence", "<%(node)b>"),
    ("<%(node)b>", RDF + "type", f"<{CATALOOM}Evidence>"),
    ("<%(node)b>", CATALOOM + "field", "%(property)b"),
    ("<%(node)b>", CATALOOM + "rule", "%(rule)b"),
    ("<%(node)b>", CATALOOM + "before", "%(before)b"),
    ("<%(node)b>", CATALOOM + "after", "%(after)b"),
    ("<%(node)b>", CATALOOM + "confidence", f'"%(confidence)b"^^<{XSD}decimal>'),
)


def _blocks(
    lineage: Lineage, origins: Iterable[tuple[str, str]], pieces: Iterable[Path]
) -> Iterator[bytes]:
    for number in sorted(lineage.runs):
        yield _run(lineage, lineage.runs[number])
    for payload, name in sorted(set(origins)):
        yield _payload_lines(lineage.base, payload, name)
    for piece in pieces:
        with piece.open("rb") as stream:
            while block := stream.read(BUFFER_SIZE):
                yield block


def _run(lineage: Lineage, run: Run) -> bytes:
    activity = _activity(lineage.base, run)
    agent = iri(f"{lineage.base}release/{run.release}#cataloom")
    moment = literal(run.clock, datatype=XSD + "dateTime")
    lines = [
        triple(activity, _A, iri(PROV + "Activity")),
        triple(activity, iri(PROV + "startedAtTime"), moment),
        triple(activity, iri(PROV + "endedAtTime"), moment),
        triple(activity, iri(PROV + "wasAssociatedWith"), agent),
        triple(agent, _A, iri(PROV + "SoftwareAgent")),
        triple(agent, iri(FOAF + "name"), literal("Cataloom")),
    ]
    if run.version:
        lines.append(triple(agent, iri(SCHEMA + "softwareVersion"), literal(run.version)))
    return b"".join(lines)


def _payload_lines(base: str, digest: str, name: str) -> bytes:
    payload = _payload(base, digest)
    checksum = iri(f"{base}payload/{digest}#sha256")
    lines = [
        triple(payload, _A, _ENTITY),
        triple(payload, iri(RDFS + "label"), literal(name)),
        triple(payload, iri(SPDX + "checksum"), checksum),
        triple(checksum, _A, iri(SPDX + "Checksum")),
        triple(checksum, iri(SPDX + "algorithm"), iri(SPDX + "checksumAlgorithm_sha256")),
        triple(
            checksum,
            iri(SPDX + "checksumValue"),
            literal(digest, datatype=XSD + "hexBinary"),
        ),
    ]
    if name.startswith(("http://", "https://")):
        lines.append(triple(payload, iri(DCTERMS + "source"), iri(name)))
    return b"".join(lines)


_name = functools.lru_cache(maxsize=1024)(literal)  # of fields and rules: few, in every record


@functools.lru_cache(maxsize=10_001)
def _decimal(value: float) -> bytes:
    # xsd:decimal knows no exponent; four places are more than any rule is sure of.
    return (f"{value:.4f}".rstrip("0").removesuffix(".") or "0").encode()


def _payload(base: str, digest: str) -> bytes:
    return iri(f"{base}payload/{digest}")


def _activity(base: str, run: Run) -> bytes:
    return iri(f"{base}release/{run.release}#run")
