"""link: labels to concepts, decisions of persons, subjects to suggest, questions to ask."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from pipeline.link.concepts import TypeMapping, labels_of, unknown_concept, worklist
from pipeline.link.decisions import (
    DECISION_RULE,
    LANGUAGE_FIELDS,
    Decisions,
    decide_languages,
    excerpt,
)
from pipeline.link.subjects import SubjectFinder
from pipeline.model import Issue, Record, ReviewLine
from pipeline.settings import Source
from pipeline.vocabulary import SUBJECT_SCHEME, Vocabulary

__all__ = ["link", "review", "worklist"]


def link(
    records: list[Record], vocabulary: Vocabulary, source: Source, decisions: Decisions
) -> list[Record]:
    """Return the records of one source with their concepts.

    `types` from `type_labels` (an unmapped one is an issue), `classes` that the types imply,
    `subjects` from `subject_labels` and accepted suggestions, open `suggestions`, and the languages
    that a person decided. Records come with their ids; linking twice is linking once.
    Raises `SettingsError` where the source's `labels` name no resource type.
    """
    types = TypeMapping(vocabulary, source)
    subjects = labels_of(vocabulary, SUBJECT_SCHEME)
    finder = SubjectFinder(vocabulary, source.languages)
    linked = []
    for given in records:
        record = decide_languages(given, decisions)
        issues = [one for one in record.issues if not _is_ours(one)]
        known_types = dict.fromkeys(record.types)
        for label in record.type_labels:
            concept = types.concept(label)
            if concept:
                known_types[concept] = None
            else:
                issues.append(types.issue(record, label))
        decided = decisions.subjects.get(record.id, {})
        known_subjects = set(record.subjects)
        known_subjects.update(filter(None, (subjects.find(x.value) for x in record.subject_labels)))
        for iri in sorted(iri for iri, accepted in decided.items() if accepted):
            if iri in subjects.concepts:
                known_subjects.add(iri)
            else:
                issues.append(unknown_concept(record, vocabulary, iri))
        classes = {
            implied
            for iri in known_types
            if iri in vocabulary.concepts
            for implied in vocabulary.concepts[iri].classes
        }
        linked.append(
            msgspec.structs.replace(
                record,
                types=tuple(known_types),
                classes=tuple(sorted(classes)),
                subjects=tuple(sorted(known_subjects)),
                suggestions=finder.suggest(record, known_subjects | decided.keys()),
                issues=tuple(issues),
            )
        )
    return linked


def review(records: Iterable[Record]) -> list[ReviewLine]:
    """Return what a person should decide about linked records: a line a question.

    Each suggested subject, and each title or abstract whose language is not settled (a text that a
    person decided to have none is not asked again).
    """
    return [line for record in records for line in _questions(record)]


def _is_ours(issue: Issue) -> bool:
    return issue.stage == "link" and issue.property in ("type", "subject")


def _questions(record: Record) -> Iterable[ReviewLine]:
    title = record.title[0].value if record.title else ""
    for suggestion in record.suggestions:
        yield ReviewLine(
            record.id,
            title,
            "subject",
            suggestion.concept,
            suggestion.label.value,
            f"Is the resource about this subject? Its label {suggestion.label.value!r} was found. "
            "Write accept or reject.",
        )
    decided = {
        (evidence.property, excerpt(evidence.before))
        for evidence in record.evidence
        if evidence.rule == DECISION_RULE
    }
    for field in LANGUAGE_FIELDS:
        for text in getattr(record, field):
            if not text.language and (field, excerpt(text.value)) not in decided:
                yield ReviewLine(
                    record.id,
                    title,
                    field,
                    excerpt(text.value),
                    "",
                    "In which language is this text? Write its tag (en, es, fr, pt-BR), or none "
                    "if it has no language.",
                )
