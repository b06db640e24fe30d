"""The data that flows between the stages: frozen structs without behaviour.

extract gives `Page`s of `SourceRecord`s; clean makes each a `Record`; link, map, validate and
publish take and give `Record`s. Problems with a record are `Issue`s and travel with it.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["violation", "warning", "info"]
Stage = Literal["extract", "clean", "link", "map", "validate", "publish"]
DatePrecision = Literal["gYear", "gYearMonth", "date", "edtf"]


class Text(msgspec.Struct, frozen=True, omit_defaults=True):
    """A text and its language.

    `value` is NFC Unicode without markup or control characters; `language` a BCP 47 tag in its
    canonical case (`pt`, `pt-BR`), or empty where it is not settled (published as `xsd:string`).
    """

    value: str
    language: str = ""


class Agent(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person or body: its name as the source gives it, and its IRI where one is known."""

    name: str
    iri: str = ""


class Date(msgspec.Struct, frozen=True):
    """A date as published.

    `value` is the lexical form of `precision` (an XSD type's local name, or `edtf` for the Library
    of Congress datatype); `year` the earliest year as `xsd:gYear`.
    """

    value: str
    precision: DatePrecision
    year: str


class Suggestion(msgspec.Struct, frozen=True):
    """A subject that a machine proposes: the concept's IRI and the label that was found."""

    concept: str
    label: Text


class Locator(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a source record stood.

    `payload` is the SHA-256 of the payload (hex), `name` its file name relative to `input/` or its
    URL, `position` a place in it that a person can find (`entry 3, line 41`).
    """

    payload: str
    name: str
    position: str


class Issue(msgspec.Struct, frozen=True, omit_defaults=True):
    """One problem with one record, or with a source as a whole (`identifier` empty).

    `identifier` is the record's id once it has one, else its position; `property` the record's
    field; `value` the offending value; `message` says, for a librarian, what is wrong, what was
    expected and what to do.
    """

    source: str
    identifier: str
    stage: Stage
    property: str
    value: str
    severity: Severity
    message: str


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a value is as it is: what it was before, by which rule it changed, how sure that is.

    `rule` is a stable name (`encoding.iso-8859-16`, `text.markup`, `language.evidence`);
    `confidence` is between 0 and 1. For a language decision `before` is the text and `after` the
    tag (empty: unsettled).
    """

    property: str
    rule: str
    before: str
    after: str
    confidence: float = 1.0


class SourceRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a source gave for one resource: raw values, in order, and where they stood.

    `fields` maps field names (`title`, `description`, `type`, `page`, …; see docs/sources.md) to
    raw values; `languages` holds, for a field of which the source states languages, that of each of
    its values (empty: not stated); `markup` names the fields whose values are HTML. `key` is the
    source's own key of the entry, where its kind has one: an OAI identifier, a GUID, an IRI.
    """

    source: str
    locator: Locator
    fields: dict[str, tuple[str, ...]]
    languages: dict[str, tuple[str, ...]] = {}
    markup: tuple[str, ...] = ()
    issues: tuple[Issue, ...] = ()
    key: str = ""


class Page(msgspec.Struct, frozen=True, omit_defaults=True):
    """One page of a source: its records, the issues of the page, the total the source declares.

    `deleted` holds the own keys of entries that the source says are deleted. `since` is set by a
    harvest of only what changed since that moment: what it does not hold is unchanged, not gone.
    `until` is the moment from which the next such harvest is to begin (both as the source writes
    them, UTC). `broken_off` says what of the source was not read, a page, an entry, all that
    follows: what the harvest lacks may still be there.
    """

    records: tuple[SourceRecord, ...]
    issues: tuple[Issue, ...] = ()
    declared_total: int | None = None
    deleted: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    broken_off: str = ""


class Record(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The description of one resource: Dublin Core in Python, with the state it carries.

    `id` (`<source>-<characters>`) is empty until link has found or minted it. `key` is the key of
    this harvest, `keys` every key the resource ever had. `type_labels` and `subject_labels` are the
    source's words; `types` and `subjects` the IRIs of concepts; `classes` the IRIs of classes that
    the types imply. `languages` are BCP 47 tags of the resource. `other` holds the fields that only
    the context knows. `release` is the number of the release in which the description last changed,
    `digest` the SHA-256 (hex) of what is disseminated. `missing` is the number of complete harvests
    in a row that do not hold it, `missing_since` the moment of the first of them; before there is
    one, that of the first harvest without it (empty: the last one held it). `entry` is the digest
    (hex) of the cleaned entry, by which the next run knows it again; empty where more than the
    entry decided what the record says.
    """

    id: str = ""
    source: str
    key: str
    keys: tuple[str, ...] = ()
    locator: Locator
    title: tuple[Text, ...] = ()
    description: tuple[Text, ...] = ()
    type_labels: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    issued: Date | None = None
    creators: tuple[Agent, ...] = ()
    publishers: tuple[Agent, ...] = ()
    subject_labels: tuple[Text, ...] = ()
    subjects: tuple[str, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    identifiers: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    rights: tuple[Text, ...] = ()
    other: dict[str, tuple[Text, ...]] = {}
    evidence: tuple[Evidence, ...] = ()
    issues: tuple[Issue, ...] = ()
    release: int = 0
    digest: str = ""
    missing: int = 0
    missing_since: str = ""
    entry: str = ""


class Head(msgspec.Struct, frozen=True):
    """The fields of a published `Record` by which, unread, it is decided what becomes of it."""

    id: str
    source: str
    keys: tuple[str, ...] = ()
    type_labels: tuple[str, ...] = ()
    missing: int = 0
    missing_since: str = ""
    entry: str = ""


class Tombstone(msgspec.Struct, frozen=True, omit_defaults=True):
    """What stays of a deleted record: never removed, never reused; `title` is the first it had."""

    id: str
    source: str
    keys: tuple[str, ...]
    release: int
    reason: str
    sets: tuple[str, ...] = ()
    replaced_by: str = ""
    title: str = ""


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One difference between two releases; `fields` maps a field to its values before and after.

    What was refused at a gate is `held` back: it is what would have changed. There, `missing` is a
    published record that the harvest did not hold.
    """

    id: str
    change: Literal["created", "updated", "deleted", "missing"]
    title: str = ""
    source: str = ""
    fields: dict[str, tuple[str, str]] = {}
    reason: str = ""
    held: bool = False


class ReviewLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A question for a person: a line of `review.csv`.

    `decision` is empty until a person fills it in; `decide` takes it up. For `property` `subject`:
    `accept` or `reject` of the concept `value`; for `title` and `description`: a language tag or
    `none`; for `identity`: `same` or `different`.
    """

    record: str
    title: str
    property: str
    value: str
    label: str
    question: str
    decision: str = ""


class WorklistLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """A label that no concept carries: a line of `worklist.csv`."""

    source: str
    property: str
    label: str
    count: int
    suggestion: str
    records: tuple[str, ...]


class HarvestNote(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a source's last harvest leaves for the next: part of the state.

    `extracted` entries were read, `filled` counts those that gave a field, `rejected` those that
    broke the rules. `until` is the moment
    from which an incremental harvest goes on (as the source writes it; empty: it has none), `full`
    the clock reading of the last harvest of everything, `settings` the SHA-256 (hex) of what in the
    source file decides what an entry gives.
    """

    extracted: int = 0
    filled: dict[str, int] = {}
    until: str = ""
    full: str = ""
    settings: str = ""
    rejected: int = 0


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts of one source in one run; `release.books_balance` proves them.

    extracted = created + updated + unchanged + merged + excluded + rejected;
    previous = updated + unchanged + kept + deleted + merged_away + newly_excluded.
    """

    extracted: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0
    excluded: int = 0
    rejected: int = 0
    previous: int = 0
    kept: int = 0
    deleted: int = 0
    merged_away: int = 0
    newly_excluded: int = 0
    declared_total: int | None = None
