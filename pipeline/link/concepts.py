"""Labels to concepts: which concept of a scheme a source's word names, which words name none."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from pipeline.errors import SettingsError
from pipeline.model import Issue, Record, WorklistLine
from pipeline.settings import Source
from pipeline.vocabulary import SUBJECT_SCHEME, TYPE_SCHEME, Concept, Vocabulary, fold, label

SAMPLE_RECORDS = 5  # ids that a line of the worklist shows
COMPARED_LABELS = 200  # the most frequent labels of a source that get a suggestion; it costs time
LIKENESS = 0.6  # share of characters from which a label is near another (difflib's ratio)

# The field, the scheme its concepts belong to, and what a concept of it is called in messages.
_FIELDS = {"type": (TYPE_SCHEME, "resource type"), "subject": (SUBJECT_SCHEME, "subject")}


class Labels(msgspec.Struct, frozen=True):
    """The labels of one scheme, to be looked up.

    `concepts` maps folded labels and the concepts' IRIs to IRIs (several where a label is shared),
    `written` folded labels to the label as the vocabulary writes it.
    """

    concepts: dict[str, tuple[str, ...]]
    written: dict[str, str]

    def find(self, text: str) -> str:
        """Return the concept that `text` names in any language, or empty: none, or not just one."""
        found = self.concepts.get(text) or self.concepts.get(fold(text), ())
        return found[0] if len(found) == 1 else ""

    def nearest(self, text: str) -> str:
        """Return the label of the scheme that looks most like `text`, or empty if none does."""
        near = difflib.get_close_matches(fold(text), self.written, n=1, cutoff=LIKENESS)
        return self.written[near[0]] if near else ""


def concepts_of(vocabulary: Vocabulary, scheme: str) -> list[Concept]:
    """Return the concepts of the scheme whose IRI ends in `scheme`, by IRI."""
    ending = f"/{scheme}"
    return [one for one in vocabulary.concepts.values() if one.scheme.endswith(ending)]


def labels_of(vocabulary: Vocabulary, scheme: str) -> Labels:
    """Return the labels of the scheme whose IRI ends in `scheme`.

    A preferred label is its concept's alone, even where another concept has it as an alternative.
    """
    concepts = concepts_of(vocabulary, scheme)
    found: dict[str, tuple[str, ...]] = {}
    written: dict[str, str] = {}
    preferred: set[str] = set()
    for of_preferred in (True, False):
        for concept in concepts:
            for text in _texts(concept, of_preferred=of_preferred):
                folded = fold(text)
                if folded and (of_preferred or folded not in preferred):
                    found[folded] = tuple(sorted({*found.get(folded, ()), concept.iri}))
                    written.setdefault(folded, text)
        preferred = preferred or set(found)
    return Labels(found | {concept.iri: (concept.iri,) for concept in concepts}, written)


def own_labels(vocabulary: Vocabulary, source: Source) -> dict[str, str]:
    """Return folded label -> concept IRI of the `labels` in a source's file.

    Raises `SettingsError` where one of them names no resource type.
    """
    concepts = {concept.iri for concept in concepts_of(vocabulary, TYPE_SCHEME)}
    slugs = {iri.rsplit("/", 1)[-1]: iri for iri in concepts}
    known: dict[str, str] = {}
    for text, value in source.labels.items():
        iri = value if value in concepts else slugs.get(value.removeprefix("type/"), "")
        if not iri:
            near = difflib.get_close_matches(value, sorted(slugs), n=1)
            raise SettingsError(
                f"{value!r} is no resource type",
                where=f"{source.file}: labels.{text}",
                expected="one of " + ", ".join(sorted(slugs)) + ", or a concept's IRI",
                next_step=f"write {near[0]!r}"
                if near
                else "correct it, or add the concept to ontology/resource-types.ttl",
            )
        known[fold(text)] = iri
    return known


class TypeMapping:
    """What the type labels of one source mean; the answers are remembered."""

    def __init__(self, vocabulary: Vocabulary, source: Source) -> None:
        """Take the labels of the scheme and of the source; raises `SettingsError`."""
        self._labels = labels_of(vocabulary, TYPE_SCHEME)
        self._own = own_labels(vocabulary, source)
        self._source = source
        self._known: dict[str, str] = {}
        self._messages: dict[str, str] = {}

    def concept(self, text: str) -> str:
        """Return the IRI of the resource type that `text` names, or empty."""
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._own.get(fold(text)) or self._labels.find(text)
        return known

    def issue(self, record: Record, text: str) -> Issue:
        """Return the issue of a label that names no resource type."""
        message = self._messages.get(text)
        if message is None:
            message = self._messages[text] = self._message(text)
        where = record.id or record.locator.position
        return Issue(record.source, where, "link", "type", text, "warning", message)

    def _message(self, text: str) -> str:
        near = self._labels.nearest(text)
        if len(self._labels.concepts.get(fold(text), ())) > 1:
            told = "This type label belongs to more than one resource type."
        else:
            told = "No resource type has this label."
        if near:
            told += f" The nearest label is {near!r}."
        return (
            f"{told} Add it as skos:altLabel in ontology/resource-types.ttl, or under [labels] "
            f"in {self._source.place}."
        )


def worklist(records: Iterable[Record], vocabulary: Vocabulary) -> list[WorklistLine]:
    """Return the labels of linked records that no concept carries.

    Type labels are those that link found unmapped, subject labels those that no subject has.
    Lines come by source and property, the most frequent label first; the 200 most frequent of each
    carry the nearest label of the scheme as suggestion. `records` are the smallest five ids.
    """
    subjects = labels_of(vocabulary, SUBJECT_SCHEME)
    found: dict[tuple[str, str], dict[str, tuple[int, list[str]]]] = {}
    for record in records:
        for field, text in sorted(set(_unmapped(record, subjects))):
            counts = found.setdefault((record.source, field), {})
            count, ids = counts.get(text, (0, []))
            counts[text] = (count + 1, sorted([*ids, record.id])[:SAMPLE_RECORDS])
    lines = []
    for (source, field), counts in sorted(found.items()):
        labels = labels_of(vocabulary, _FIELDS[field][0])
        ranked = sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))
        for rank, (text, (count, ids)) in enumerate(ranked):
            near = labels.nearest(text) if rank < COMPARED_LABELS else ""
            lines.append(WorklistLine(source, field, text, count, near, tuple(ids)))
    return lines


def unknown_concept(record: Record, vocabulary: Vocabulary, iri: str) -> Issue:
    """Return the issue of a decision whose concept the vocabulary does not hold (any more)."""
    return Issue(
        record.source,
        record.id,
        "link",
        "subject",
        iri,
        "warning",
        f"A decision accepted the subject {label(vocabulary, iri)}, which is no concept of the "
        "subject scheme. Add the concept to ontology/subjects.ttl again, or take the line out of "
        "input/decisions.csv.",
    )


def _unmapped(record: Record, subjects: Labels) -> Iterator[tuple[str, str]]:
    for issue in record.issues:
        if issue.stage == "link" and issue.property == "type":
            yield "type", issue.value
    for text in record.subject_labels:
        if not subjects.find(text.value):
            yield "subject", text.value


def _texts(concept: Concept, *, of_preferred: bool) -> Iterator[str]:
    if of_preferred:
        yield from concept.preferred.values()
    else:
        names: Mapping[str, tuple[str, ...]] = concept.alternatives
        for texts in names.values():
            yield from texts
