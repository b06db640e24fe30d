"""What persons decided: `input/decisions.csv`, read for each run, written by `cataloom decide`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import msgspec

from pipeline.errors import SettingsError, show_path
from pipeline.link.concepts import concepts_of
from pipeline.link.spreadsheet import read_rows, unguarded, write_rows
from pipeline.model import Evidence, Record, Text
from pipeline.settings import IRI_FORBIDDEN, LANGUAGE_TAG
from pipeline.vocabulary import SUBJECT_SCHEME, Vocabulary, fold, language_iri

DECISIONS_FILE = "decisions.csv"
COLUMNS = ("record", "property", "value", "decision", "label", "by", "date")
NEEDED_COLUMNS = ("record", "property", "value", "decision")
LANGUAGE_FIELDS = ("title", "description")
DECISION_RULE = "decision"
NO_LANGUAGE = "none"
EXCERPT = 200  # characters by which a text is recognised
SCRIPT, REGION = 4, 2  # letters of these subtags of a language tag
SHOWN_ERRORS = 20  # mistakes of one file that a message lists

_ANSWERS = {"subject": ("accept", "reject"), "identity": ("same", "different")}


class Decision(msgspec.Struct, frozen=True, order=True):
    """One line of `decisions.csv`; `value` of a subject is an absolute IRI."""

    record: str
    property: str
    value: str
    decision: str
    label: str = ""
    by: str = ""
    date: str = ""


class Decisions(msgspec.Struct, frozen=True):
    """What was decided, ready to be looked up.

    `subjects`: record id -> concept IRI -> accepted or not. `languages`: record id -> (property,
    beginning of the text) -> tag, empty for none. `identities`: (record id, candidate id) -> same
    or not. `lines` are the decisions as they stand in the file.
    """

    subjects: dict[str, dict[str, bool]] = {}
    languages: dict[str, dict[tuple[str, str], str]] = {}
    identities: dict[tuple[str, str], bool] = {}
    lines: tuple[Decision, ...] = ()


def load_decisions(folder: Path, base: str) -> Decisions:
    """Read `input/decisions.csv` of the catalogue folder `folder`; none there is none decided.

    Concepts below `base` may be relative to it. Raises `SettingsError` (file:line) listing every
    row that cannot be read.
    """
    file = folder / "input" / DECISIONS_FILE
    if not file.exists():
        return Decisions()
    errors: list[str] = []
    lines = []
    for number, row in read_rows(file, NEEDED_COLUMNS):
        decision = _decision(row, base)
        problem = _problem(decision)
        if problem:
            errors.append(f"line {number}: {problem}")
        else:
            lines.append(decision)
    _refuse(file, errors)
    return _arrange(lines)


def take_up(
    review_file: Path,
    folder: Path,
    base: str,
    known_records: Collection[str],
    vocabulary: Vocabulary,
    now: str,
) -> int:
    """Add the decisions of a filled-in `review.csv` to `input/decisions.csv`; return how many.

    Rows without a decision are passed over. The file may come from a spreadsheet: with a byte order
    mark, semicolons or tabs, CRLF, its columns in another order. A decision about the same record,
    property and value replaces an earlier one that says otherwise. `now` is an xsd:dateTime,
    `known_records` the ids of the release. Raises `SettingsError` with every mistake and its line
    (then nothing is written) and `OutputError` where the decisions cannot be written.
    """
    known = {_key(line): line for line in load_decisions(folder, base).lines}
    concepts = {concept.iri for concept in concepts_of(vocabulary, SUBJECT_SCHEME)}
    errors: list[str] = []
    taken: dict[tuple[str, str, str], tuple[int, Decision]] = {}
    for number, row in read_rows(review_file, NEEDED_COLUMNS):
        if not row["decision"]:
            continue
        decision = msgspec.structs.replace(_decision(row, base), date=now[:10])
        problem = _unknown(decision, known_records, concepts, vocabulary) or _problem(decision)
        earlier = taken.get(_key(decision))
        if not problem and earlier and earlier[1].decision != decision.decision:
            problem = (
                f"contradicts line {earlier[0]} ({earlier[1].decision}); keep one of the two lines"
            )
        if problem:
            errors.append(f"line {number}: {problem}")
        else:
            taken[_key(decision)] = (number, decision)
    _refuse(review_file, errors)
    for key, (_, decision) in taken.items():
        if key not in known or known[key].decision != decision.decision:
            known[key] = decision
    rows = []
    for line in sorted(known.values()):
        value = line.value.removeprefix(base) if line.property == "subject" else line.value
        rows.append(msgspec.structs.astuple(msgspec.structs.replace(line, value=value)))
    write_rows(folder / "input" / DECISIONS_FILE, COLUMNS, rows)
    return len(taken)


def decide_languages(record: Record, decisions: Decisions) -> Record:
    """Return `record` with the languages that a person decided, as evidence of rule `decision`.

    The language on which all titles and abstracts then agree is the resource's too, unless the
    source stated another.
    """
    decided = decisions.languages.get(record.id)
    if not decided:
        return record
    evidence = [one for one in record.evidence if one.rule != DECISION_RULE]
    texts: dict[str, tuple[Text, ...]] = {}
    for field in LANGUAGE_FIELDS:
        settled = []
        for text in getattr(record, field):
            tag = decided.get((field, excerpt(text.value)))
            if tag is not None:
                evidence.append(Evidence(field, DECISION_RULE, text.value, tag))
            settled.append(text if tag is None else Text(text.value, tag))
        texts[field] = tuple(settled)
    languages = record.languages
    before = _agreed(record.title, record.description)
    if languages in ((), before):
        languages = _agreed(texts["title"], texts["description"])
    return msgspec.structs.replace(
        record,
        title=texts["title"],
        description=texts["description"],
        languages=languages,
        evidence=tuple(evidence),
    )


def _agreed(title: tuple[Text, ...], description: tuple[Text, ...]) -> tuple[str, ...]:
    """Return the one language of all titles and abstracts, or none."""
    found = {text.language for text in (*title, *description)}
    return tuple(found - {""}) if title and description and len(found) == 1 else ()


def excerpt(text: str) -> str:
    """Return the beginning of a text by which a decision recognises it, on one line.

    Spreadsheets change line breaks and cut long cells; an apostrophe that guards against formulas
    is not counted.
    """
    shown = " ".join(text.split())[:EXCERPT].rstrip()
    while (bare := unguarded(shown)) != shown:
        shown = bare
    return shown


def _arrange(lines: Iterable[Decision]) -> Decisions:
    known = {_key(line): line for line in lines}
    arranged = Decisions({}, {}, {}, tuple(sorted(known.values())))
    for line in arranged.lines:
        if line.property == "subject":
            arranged.subjects.setdefault(line.record, {})[line.value] = line.decision == "accept"
        elif line.property == "identity":
            arranged.identities[line.record, line.value] = line.decision == "same"
        else:
            tag = "" if line.decision == NO_LANGUAGE else line.decision
            arranged.languages.setdefault(line.record, {})[line.property, line.value] = tag
    return arranged


def _key(line: Decision) -> tuple[str, str, str]:
    return (line.record, line.property, line.value)


def _decision(row: Mapping[str, str], base: str) -> Decision:
    cells = {name: " ".join(row.get(name, "").split()) for name in COLUMNS}
    cells["property"] = cells["property"].lower()
    if cells["property"] in LANGUAGE_FIELDS:
        cells["value"] = excerpt(cells["value"])
        cells["decision"] = _canonical(cells["decision"])
    else:
        cells["decision"] = cells["decision"].lower()
    if cells["property"] == "subject" and not re.match("https?://", cells["value"]):
        cells["value"] = base + cells["value"]
    return Decision(**cells)


def _canonical(tag: str) -> str:
    """Return a language tag in the case that BCP 47 recommends (RFC 5646, 2.1.1)."""
    first, *rest = tag.replace("_", "-").lower().split("-")
    cased = [
        part.title() if len(part) == SCRIPT else part.upper() if len(part) == REGION else part
        for part in rest
    ]
    return "-".join((first, *cased))


def _problem(decision: Decision) -> str:
    """Return what is wrong with a decision in itself, or nothing."""
    allowed = _ANSWERS.get(decision.property)
    is_subject = decision.property == "subject"
    problem = ""
    if not decision.record:
        problem = "the column record is empty; keep the identifier that review.csv gave"
    elif not allowed and decision.property not in LANGUAGE_FIELDS:
        problem = (
            f"the property {decision.property!r} is unknown; expected subject, title, description "
            "or identity"
        )
    elif not decision.value or (is_subject and decision.value.endswith("/")):
        problem = "the column value is empty; keep what review.csv gave"
    elif is_subject and IRI_FORBIDDEN.search(decision.value):
        problem = f"{decision.value!r} is no IRI; keep the value that review.csv gave"
    elif allowed and decision.decision not in allowed:
        problem = (
            f"the decision {decision.decision!r} is none for {decision.property}; "
            f"write {allowed[0]} or {allowed[1]}"
        )
    elif not allowed and not _is_language(decision.decision):
        problem = (
            f"{decision.decision!r} is no language tag; write one such as es or pt-BR, or none"
        )
    return problem


def _is_language(decision: str) -> bool:
    return decision == NO_LANGUAGE or LANGUAGE_TAG.fullmatch(decision) is not None


def _unknown(
    decision: Decision, known_records: Collection[str], concepts: set[str], vocabulary: Vocabulary
) -> str:
    """Return what a decision speaks of that is not known here, or nothing."""
    if decision.property in LANGUAGE_FIELDS and decision.decision != NO_LANGUAGE:
        tag = _language_named(vocabulary, decision.decision)
        if tag:
            return f"{decision.decision!r} is no language tag; write {tag}"
        if _is_language(decision.decision) and not language_iri(vocabulary, decision.decision):
            return f"{decision.decision!r} is the tag of no language"
    is_new = (  # an entry that a gate has held back may be said to be a published one
        decision.property == "identity"
        and decision.value in known_records
        and decision.record.rpartition("-")[0] == decision.value.rpartition("-")[0]
    )
    if decision.record and decision.record not in known_records and not is_new:
        return (
            f"the current release has no record {decision.record!r}; take the review.csv of the "
            "current release (output/current)"
        )
    if decision.property == "subject" and decision.value not in concepts and not _problem(decision):
        return f"{decision.value} is no concept of the subject scheme (ontology/subjects.ttl)"
    if decision.property == "identity" and decision.value not in known_records:
        return f"the current release has no record {decision.value!r} to compare with"
    return ""


def _refuse(file: Path, errors: list[str]) -> None:
    """Raise `SettingsError` if there are errors, each of which begins with `line <number>: `."""
    if not errors:
        return
    first = errors[0].split(":", 1)[0].removeprefix("line ")
    more = f"; and {len(errors) - SHOWN_ERRORS} more" if len(errors) > SHOWN_ERRORS else ""
    raise SettingsError(
        f"{len(errors)} row(s) cannot be taken up: " + "; ".join(errors[:SHOWN_ERRORS]) + more,
        where=f"{show_path(file)}:{first}",
        next_step="correct these rows; nothing was changed",
    )


def _language_named(vocabulary: Vocabulary, text: str) -> str:
    """Return the tag of the language that `text` names in any language, or empty."""
    folded = fold(text)
    for tag, iri in vocabulary.language_iris.items():
        if folded in {fold(name) for name in vocabulary.labels.get(iri, {}).values()}:
            return tag
    return ""
