"""What the report says of the records, counted part by part and added up: bounded, whatever comes.

`figures` may run where a part's records are (a worker process); `add` puts two parts' together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

from pipeline.model import Issue, Record, Severity, Stage

# Lists of the report are cut here; counts go on.
MOST_REPAIRS = 200
MOST_GROUPS = 2000
MOST_SAMPLES = 5
LONGEST_TEXT = 1500
LANGUAGE_RULES = "language."
NO_VALUE = ""

# What differs from record to record in a message of one kind: quoted words, numbers, identifiers.
_PARTICULAR = re.compile(r"“[^”]*”|\"[^\"]*\"|'[^']*'|‘[^’]*’|«[^»]*»|`[^`]*`|<[^>]*>|\d+")


class Repair(msgspec.Struct, frozen=True):
    """One value that was changed, and the record's title for the reader's bearings."""

    record: str
    title: str
    language: str
    property: str
    rule: str
    before: str
    after: str
    confidence: float


class Sample(msgspec.Struct, frozen=True):
    """An issue of a group: whose it is, and the value."""

    identifier: str
    value: str


class IssueGroup(msgspec.Struct, frozen=True):
    """Issues that say the same but for quoted words and numbers; `message` is the first one's."""

    stage: Stage
    severity: Severity
    property: str
    message: str
    count: int
    samples: tuple[Sample, ...]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Counts over records; keys of `types` are IRIs, of `languages` BCP 47 tags, of `years` years.

    An empty key counts the records without the value. `issues` is keyed by what its groups have in
    common. `rules` counts the changes by rule, `decisions` the language decisions by rule;
    `repairs` are the first changes in the order of the records.
    """

    records: int = 0
    types: dict[str, int] = {}
    languages: dict[str, int] = {}
    years: dict[str, int] = {}
    rules: dict[str, int] = {}
    decisions: dict[str, int] = {}
    repaired_records: int = 0
    repairs: tuple[Repair, ...] = ()
    issues: dict[str, IssueGroup] = {}
    ungrouped: int = 0


def figures(records: Iterable[Record], issues: Iterable[Issue] = ()) -> Figures:
    """Count `records` and the issues that they carry, and `issues` that no record carries."""
    counts = _Counts()
    for record in records:
        counts.take(record)
    counts.group(issues)
    return counts.result()


def add(first: Figures, second: Figures) -> Figures:
    """Return the figures of two sets of records together; the first's samples come first."""
    groups = dict(first.issues)
    ungrouped = first.ungrouped + second.ungrouped
    for key, group in second.issues.items():
        ungrouped += _put(groups, key, group)
    return Figures(
        records=first.records + second.records,
        types=_sum(first.types, second.types),
        languages=_sum(first.languages, second.languages),
        years=_sum(first.years, second.years),
        rules=_sum(first.rules, second.rules),
        decisions=_sum(first.decisions, second.decisions),
        repaired_records=first.repaired_records + second.repaired_records,
        repairs=(first.repairs + second.repairs)[:MOST_REPAIRS],
        issues=groups,
        ungrouped=ungrouped,
    )


class _Counts:
    def __init__(self) -> None:
        self.records = 0
        self.types: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.years: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.decisions: Counter[str] = Counter()
        self.repaired = 0
        self.repairs: list[Repair] = []
        self.groups: dict[str, IssueGroup] = {}
        self.ungrouped = 0

    def take(self, record: Record) -> None:
        self.records += 1
        self.types.update(record.types or (NO_VALUE,))
        self.languages.update(sorted({text.language for text in record.title}) or (NO_VALUE,))
        self.years[record.issued.year if record.issued else NO_VALUE] += 1
        self._evidence(record)
        self.group(record.issues)

    def _evidence(self, record: Record) -> None:
        repaired = False
        for one in record.evidence:
            if one.rule.startswith(LANGUAGE_RULES):
                self.decisions[one.rule] += 1
                continue
            repaired = True
            self.rules[one.rule] += 1
            if len(self.repairs) < MOST_REPAIRS:
                title = record.title[0] if record.title else None
                self.repairs.append(
                    Repair(
                        record=record.id,
                        title=title.value[:LONGEST_TEXT] if title else "",
                        language=title.language if title else "",
                        property=one.property,
                        rule=one.rule,
                        before=one.before[:LONGEST_TEXT],
                        after=one.after[:LONGEST_TEXT],
                        confidence=one.confidence,
                    )
                )
        self.repaired += repaired

    def group(self, issues: Iterable[Issue]) -> None:
        for issue in issues:
            message = issue.message[:LONGEST_TEXT]
            common = _PARTICULAR.sub("…", message)
            key = "\t".join((issue.severity, issue.stage, issue.property, common))
            sample = Sample(issue.identifier, issue.value[:LONGEST_TEXT])
            group = IssueGroup(issue.stage, issue.severity, issue.property, message, 1, (sample,))
            self.ungrouped += _put(self.groups, key, group)

    def result(self) -> Figures:
        return Figures(
            records=self.records,
            types=dict(self.types),
            languages=dict(self.languages),
            years=dict(self.years),
            rules=dict(self.rules),
            decisions=dict(self.decisions),
            repaired_records=self.repaired,
            repairs=tuple(self.repairs),
            issues=self.groups,
            ungrouped=self.ungrouped,
        )


def _put(groups: dict[str, IssueGroup], key: str, group: IssueGroup) -> int:
    """Add `group` to `groups`; return how many issues found no room."""
    known = groups.get(key)
    if known is None:
        if len(groups) >= MOST_GROUPS:
            return group.count
        groups[key] = group
        return 0
    groups[key] = msgspec.structs.replace(
        known,
        count=known.count + group.count,
        samples=(known.samples + group.samples)[:MOST_SAMPLES],
    )
    return 0


def _sum(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(first) + Counter(second))
