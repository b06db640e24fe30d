"""`provenance.nt.gz`: where each record stood, and what was changed and why, in PROV-O.

<base>record/x  prov:wasDerivedFrom       <base>payload/<sha256>
prov:wasGeneratedBy       <base>release/<id>#run
prov:qualifiedDerivation  <base>record/x#derivation   place in the payload
cataloom:evidence         <base>record/x#evidence-1   before, after, rule, …
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from pipeline.model import Evidence, Locator, Record
from pipeline.publish.artefact import Artefact, write_packed
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


def write_provenance(folder: Path, lineage: Lineage, records: Iterable[Record]) -> Artefact:
    """Write the lineage of `records`, in their order; raises `OutputError`."""
    return write_packed(folder / PROVENANCE_FILE, _pieces(lineage, records))


def record_lineage(lineage: Lineage, record: Record) -> bytes:
    """Return the N-Triples on one record (not those on its payload)."""
    node = f"{lineage.base}record/{record.id}"
    derivation = iri(f"{node}#derivation")
    payload = _payload(lineage.base, record.locator)
    subject = iri(node)
    lines = [
        triple(subject, _A, _ENTITY),
        triple(subject, _DERIVED, payload),
        triple(subject, _QUALIFIED, derivation),
        triple(derivation, _A, _DERIVATION),
        triple(derivation, _ENTITY_OF, payload),
        triple(derivation, _POSITION, literal(record.locator.position)),
    ]
    run = lineage.runs.get(record.release)
    if run is not None:
        activity = _activity(lineage.base, run)
        lines.append(triple(subject, _GENERATED, activity))
        lines.append(triple(derivation, _ACTIVITY_OF, activity))
    for number, evidence in enumerate(record.evidence, start=1):
        lines += _evidence(subject, iri(f"{node}#evidence-{number}"), evidence)
    return b"".join(lines)


_A = iri(RDF + "type")
_ENTITY = iri(PROV + "Entity")
_DERIVATION = iri(PROV + "Derivation")
_DERIVED = iri(PROV + "wasDerivedFrom")
_QUALIFIED = iri(PROV + "qualifiedDerivation")
_GENERATED = iri(PROV + "wasGeneratedBy")
_ENTITY_OF = iri(PROV + "entity")
_ACTIVITY_OF = iri(PROV + "hadActivity")
_POSITION = iri(CATALOOM + "position")
_EVIDENCE = iri(CATALOOM + "evidence")
_EVIDENCE_CLASS = iri(CATALOOM + "Evidence")
_FIELD = iri(CATALOOM + "field")
_RULE = iri(CATALOOM + "rule")
_BEFORE = iri(CATALOOM + "before")
_AFTER = iri(CATALOOM + "after")
_CONFIDENCE = iri(CATALOOM + "confidence")


def _pieces(lineage: Lineage, records: Iterable[Record]) -> Iterator[bytes]:
    for number in sorted(lineage.runs):
        yield _run(lineage, lineage.runs[number])
    seen: set[tuple[str, str]] = set()
    for record in records:
        locator = record.locator
        if (locator.payload, locator.name) not in seen:
            seen.add((locator.payload, locator.name))
            yield _payload_lines(lineage.base, locator)
        yield record_lineage(lineage, record)


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


def _payload_lines(base: str, locator: Locator) -> bytes:
    payload = _payload(base, locator)
    checksum = iri(f"{base}payload/{locator.payload}#sha256")
    lines = [
        triple(payload, _A, _ENTITY),
        triple(payload, iri(RDFS + "label"), literal(locator.name)),
        triple(payload, iri(SPDX + "checksum"), checksum),
        triple(checksum, _A, iri(SPDX + "Checksum")),
        triple(checksum, iri(SPDX + "algorithm"), iri(SPDX + "checksumAlgorithm_sha256")),
        triple(
            checksum,
            iri(SPDX + "checksumValue"),
            literal(locator.payload, datatype=XSD + "hexBinary"),
        ),
    ]
    if locator.name.startswith(("http://", "https://")):
        lines.append(triple(payload, iri(DCTERMS + "source"), iri(locator.name)))
    return b"".join(lines)


def _evidence(subject: bytes, node: bytes, evidence: Evidence) -> list[bytes]:
    return [
        triple(subject, _EVIDENCE, node),
        triple(node, _A, _EVIDENCE_CLASS),
        triple(node, _FIELD, literal(evidence.property)),
        triple(node, _RULE, literal(evidence.rule)),
        triple(node, _BEFORE, literal(evidence.before)),
        triple(node, _AFTER, literal(evidence.after)),
        triple(node, _CONFIDENCE, literal(_decimal(evidence.confidence), datatype=XSD + "decimal")),
    ]


def _decimal(value: float) -> str:
    # xsd:decimal knows no exponent; four places are more than any rule is sure of.
    return f"{value:.4f}".rstrip("0").removesuffix(".") or "0"


def _payload(base: str, locator: Locator) -> bytes:
    return iri(f"{base}payload/{locator.payload}")


def _activity(base: str, run: Run) -> bytes:
    return iri(f"{base}release/{run.release}#run")
