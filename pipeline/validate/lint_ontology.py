"""`cataloom check` on `ontology/`: concept schemes that break the rules of SKOS, or mislead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.validate.turtle import Document, Finding, read_folder
from pipeline.vocabulary import ONTOLOGY_FOLDER, RDF, SKOS, fold

if TYPE_CHECKING:
    pass

LABELS: Final = ("prefLabel", "altLabel", "hiddenLabel")
MAPPINGS: Final = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
RELATIONS: Final = ("broader", "narrower", "related")

# subject -> local name of a SKOS property -> values; for labels (text, language tag).
_Links = dict[str, dict[str, list[str]]]
_Labels = dict[str, dict[str, list[tuple[str, str]]]]


class _Ontology(msgspec.Struct, frozen=True):
    """What the files say in terms of SKOS; `places` tells which file describes a subject."""

    concepts: frozenset[str]
    schemes: frozenset[str]
    links: _Links
    labels: _Labels
    places: dict[str, Document]

    def linked(self, subject: str, term: str) -> list[str]:
        return self.links.get(subject, {}).get(term, [])

    def scheme(self, concept: str) -> frozenset[str]:
        """Return the schemes of a concept: as it says itself, or as its scheme says of it."""
        return frozenset(
            self.linked(concept, "inScheme")
            + self.linked(concept, "topConceptOf")
            + self.linked(concept, "^hasTopConcept")
        )

    def finding(
        self, subject: str, message: str, *, at: str = "", warning: bool = False
    ) -> Finding:
        document = self.places[subject]
        line = (at and document.line_of(at, subject)) or document.line_of(subject)
        return Finding(
            document.name,
            line,
            document.short(subject),
            message,
            "warning" if warning else "violation",
        )

    def name(self, subject: str, other: str) -> str:
        return self.places[subject].short(other)


def lint_ontology(folder: Path, base: str) -> tuple[Finding, ...]:
    """Return what is wrong with `ontology/*.ttl` of the catalogue folder `folder`, sorted.

    Relative IRIs are below `base`. Numbers in the code such as S14 are the integrity conditions of
    the SKOS Reference.
    """
    documents, findings = read_folder(folder / ONTOLOGY_FOLDER, base)
    ontology = _read(documents)
    for document in documents:
        findings += _label_findings(ontology, document)
    findings += _scheme_findings(ontology)
    findings += _relation_findings(ontology)
    findings += _cycle_findings(ontology)
    findings += _same_label_findings(ontology)
    return tuple(sorted(set(findings)))


def _read(documents: Iterable[Document]) -> _Ontology:
    import pyoxigraph

    kinds: dict[str, set[str]] = {"Concept": set(), "ConceptScheme": set()}
    links: _Links = {}
    labels: _Labels = {}
    places: dict[str, Document] = {}
    for document in documents:
        for subject, predicate, value in document.triples:
            if not isinstance(subject, pyoxigraph.NamedNode):
                continue
            node, term = subject.value, predicate.value.removeprefix(SKOS)
            if term != predicate.value or predicate.value == RDF + "type":
                places.setdefault(node, document)
            if isinstance(value, pyoxigraph.NamedNode):
                if predicate.value == RDF + "type":
                    kinds.get(value.value.removeprefix(SKOS), set()).add(node)
                links.setdefault(node, {}).setdefault(term, []).append(value.value)
                if term == "hasTopConcept":
                    links.setdefault(value.value, {}).setdefault("^hasTopConcept", []).append(node)
            elif isinstance(value, pyoxigraph.Literal) and term in LABELS:
                label = (value.value, (value.language or "").lower())
                labels.setdefault(node, {}).setdefault(term, []).append(label)
    return _Ontology(
        frozenset(kinds["Concept"]), frozenset(kinds["ConceptScheme"]), links, labels, places
    )


def _scheme_findings(ontology: _Ontology) -> Iterator[Finding]:
    for concept in sorted(ontology.concepts):
        schemes = ontology.scheme(concept)
        if not schemes:
            yield ontology.finding(
                concept, "The concept is in no scheme: add skos:inScheme with the scheme's IRI."
            )
        for scheme in sorted(schemes - ontology.schemes):
            yield ontology.finding(
                concept,
                f"The scheme {ontology.name(concept, scheme)} is described nowhere: correct the "
                "IRI, or describe it as a skos:ConceptScheme with a title.",
                at=scheme,
            )
    for both in sorted(ontology.concepts & ontology.schemes):  # S9
        yield ontology.finding(both, "This is a concept and a scheme at once: give each an IRI.")
    for scheme in sorted(ontology.schemes):
        for concept in sorted(set(ontology.linked(scheme, "hasTopConcept")) - ontology.concepts):
            yield ontology.finding(
                scheme,
                f"The top concept {ontology.name(scheme, concept)} is described nowhere: correct "
                "the IRI, or describe it as a skos:Concept.",
                at=concept,
            )


def _label_findings(ontology: _Ontology, document: Document) -> Iterator[Finding]:
    """Find labels that are missing, double, without language, or no texts at all."""
    for concept in sorted(ontology.concepts):
        if ontology.places[concept] is not document:
            continue
        labels = ontology.labels.get(concept, {})
        preferred = labels.get("prefLabel", [])
        if not preferred:
            yield ontology.finding(
                concept, "The concept has no preferred label: add skos:prefLabel."
            )
        for language in sorted({tag for _, tag in preferred}):  # S14
            texts = sorted({text for text, tag in preferred if tag == language})
            if len(texts) > 1:
                yield ontology.finding(
                    concept,
                    f"There are {len(texts)} preferred labels in one language "
                    f"({', '.join(f'“{text}”' for text in texts)}, {language or 'no language'}): "
                    "keep one and make the others skos:altLabel.",
                    at=SKOS + "prefLabel",
                )
        for term, values in sorted(labels.items()):
            for text, tag in sorted(set(values)):
                if not tag:
                    yield ontology.finding(
                        concept,
                        f"The label “{text}” has no language: add a tag such as @en.",
                        at=SKOS + term,
                        warning=True,
                    )
                if term != "prefLabel" and (text, tag) in preferred:  # S13
                    yield ontology.finding(
                        concept,
                        f"The label “{text}” is both preferred and alternative: remove the latter.",
                        at=SKOS + term,
                    )
        for term in LABELS:
            for value in ontology.linked(concept, term):
                yield ontology.finding(
                    concept, f"A label must be a text, not the IRI {value}.", at=SKOS + term
                )


def _relation_findings(ontology: _Ontology) -> Iterator[Finding]:
    for concept in sorted(ontology.concepts):
        schemes = ontology.scheme(concept)
        for term in RELATIONS:
            for other in sorted(set(ontology.linked(concept, term)) - ontology.concepts):
                yield ontology.finding(
                    concept,
                    f"skos:{term} leads to {ontology.name(concept, other)}, which is described "
                    "nowhere: correct the IRI, or describe that concept.",
                    at=other,
                )
        for term in MAPPINGS:
            for other in sorted(set(ontology.linked(concept, term))):
                if other == concept or schemes & ontology.scheme(other):
                    yield ontology.finding(
                        concept,
                        f"skos:{term} leads to {ontology.name(concept, other)} in the same scheme: "
                        "use skos:broader, skos:narrower or skos:related there.",
                        at=other,
                        warning=True,
                    )
        exact = set(ontology.linked(concept, "exactMatch"))  # S46
        for term in ("broadMatch", "narrowMatch", "relatedMatch"):
            for other in sorted(exact & set(ontology.linked(concept, term))):
                yield ontology.finding(
                    concept,
                    f"{ontology.name(concept, other)} is matched by skos:exactMatch and by "
                    f"skos:{term}, which exclude each other: keep one.",
                    at=other,
                )


def _cycle_findings(ontology: _Ontology) -> Iterator[Finding]:
    """Find concepts above themselves, and such that are related to one above them (S27)."""
    above = {
        concept: set(ontology.linked(concept, "broader")) & ontology.concepts
        for concept in ontology.concepts
    }
    for concept in ontology.concepts:
        for narrower in set(ontology.linked(concept, "narrower")) & ontology.concepts:
            above[narrower].add(concept)
    for circle in _circles(above):
        first = min(circle)
        names = " → ".join(ontology.name(first, one) for one in sorted(circle))
        yield ontology.finding(
            first,
            f"A concept is above itself ({names}): remove a skos:broader or skos:narrower.",
            at=SKOS + "broader",
        )
    for concept in sorted(ontology.concepts):
        related = set(ontology.linked(concept, "related")) & ontology.concepts
        for other in sorted(related):
            if other in _ancestors(above, concept) or concept in _ancestors(above, other):
                yield ontology.finding(
                    concept,
                    f"{ontology.name(concept, other)} is both related and broader or narrower: "
                    "keep one of the two.",
                    at=other,
                )


def _ancestors(above: dict[str, set[str]], concept: str) -> set[str]:
    found: set[str] = set()
    waiting = [concept]
    while waiting:
        for one in above[waiting.pop()] - found:
            found.add(one)
            waiting.append(one)
    return found


def _circles(above: dict[str, set[str]]) -> list[set[str]]:
    """Return the sets of concepts that are above each other (strongly connected components)."""
    left = {concept: set(broader) for concept, broader in above.items()}
    while True:  # what has nothing above it, or nothing below it, is in no circle
        below = {one for broader in left.values() for one in broader}
        idle = {concept for concept, broader in left.items() if not broader or concept not in below}
        if not idle:
            break
        left = {one: broader - idle for one, broader in left.items() if one not in idle}
    circles: list[set[str]] = []
    for concept in sorted(left):
        if not any(concept in circle for circle in circles):
            ancestors = _ancestors(left, concept)
            circle = {one for one in ancestors if concept in _ancestors(left, one)}
            if circle:
                circles.append(circle)
    return circles


def _same_label_findings(ontology: _Ontology) -> Iterator[Finding]:
    """Find concepts of one scheme that a label cannot tell apart."""
    bearers: dict[tuple[str, str, str], set[str]] = {}
    for concept in sorted(ontology.concepts):
        for text, tag in ontology.labels.get(concept, {}).get("prefLabel", []):
            for scheme in ontology.scheme(concept) or {""}:
                bearers.setdefault((scheme, tag, fold(text)), set()).add(concept)
    for (_, tag, folded), concepts in sorted(bearers.items()):
        for concept in sorted(concepts)[1:]:
            yield ontology.finding(
                concept,
                f"The preferred label “{folded}” ({tag or 'no language'}) is that of "
                f"{ontology.name(concept, min(concepts))} too, but for case, accents and "
                "punctuation, so that no record can be given either by its label: add what tells "
                "them apart.",
                at=SKOS + "prefLabel",
                warning=True,
            )
