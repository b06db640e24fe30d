"""The entries of a JSON text, by levels or as they lie there, and the record of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import NoEntriesError
from pipeline.extract.csv_text import lines_of
from pipeline.extract.json_levels import (
    Descent,
    Level,
    compile_levels,
    find_entries,
    flattened,
    outline,
)
from pipeline.extract.json_paths import (
    Evaluate,
    JsonField,
    compile_path,
    find_fields,
    json_fields,
)
from pipeline.extract.json_text import read_json
from pipeline.extract.payloads import Payload, source_issue
from pipeline.extract.source_record import WHITE_SPACE, make_record
from pipeline.extract.unread import Notes
from pipeline.kinds import OWN_KEY
from pipeline.model import Issue, Locator, SourceRecord
from pipeline.settings import Source

PARENTS = "_parents"
LINK_HEADER = "link-header"

LINES_SUFFIXES = (".jsonl", ".ndjson", ".jsonlines", ".json-seq")
LINES_TYPES = frozenset(
    {"application/jsonl", "application/x-ndjson", "application/ndjson", "application/x-jsonlines",
     "application/json-seq", "application/json-lines", "application/jsonlines"}
)  # fmt: skip
LINES_LOOKED_AT = 5

MOST_BROKEN = 100
"""Broken lines that leave an issue each; of the others one issue says how many they are."""


class Plan(msgspec.Struct, frozen=True):
    """The compiled settings of a source; `next` and `total` are None where there are none."""

    source: Source
    fields: tuple[JsonField, ...]
    levels: tuple[Level, ...]
    next: Evaluate | None
    total: Evaluate | None


class Placed(NamedTuple):
    """An entry, what stands above it from the outermost, and its place for a person to find."""

    value: object
    parents: list[object]
    position: str


def compile_plan(source: Source) -> Plan:
    """Return the compiled settings; raises `SettingsError` for what is missing or no JMESPath."""
    json = source.json
    if json is None or not json.fields:
        raise SettingsError(
            "key 'json': missing" if json is None else "key 'json.fields': empty",
            where=source.file or source.name,
            expected='[json.fields] with a JMESPath expression a field, such as title = "name"',
            next_step="see docs/sources/json.md",
        )
    following = json.next if json.next != LINK_HEADER else ""
    return Plan(
        source,
        json_fields(json.fields, source, "json"),
        compile_levels(source),
        compile_path(following, source, "json.next") if following else None,
        compile_path(json.total, source, "json.total") if json.total else None,
    )


def are_lines(text: str, payload: Payload) -> bool:
    """Say whether `text` is JSON Lines (jsonlines.org) or a sequence (RFC 7464), not a document."""
    named = payload.name.lower().endswith(LINES_SUFFIXES) or payload.media_type in LINES_TYPES
    filled = (stripped for line in lines_of(text) if (stripped := _bare(line)))
    first = list(islice(filled, LINES_LOOKED_AT))
    if named:
        return any(map(_is_json, first))
    return len(first) > 1 and first[1][0] in "[{" and _is_json(first[0])


def entries_of(document: object, plan: Plan, where: str, issues: Notes) -> Iterator[Placed]:
    """Yield the entries of one document; what is doubtful goes to `issues`.

    Raises `NoEntriesError` where there is none.
    """
    if not plan.levels:
        found = find_entries(document, lambda value: _fit(value, plan), where)
        for number, value in enumerate(found, 1):
            yield Placed(value, [document] if value is not document else [], f"entry {number}")
        return
    descent = Descent(plan.levels, where)
    number = 0
    for number, entry in enumerate(descent.entries(document), 1):
        yield Placed(entry.value, entry.parents, f"entry {number}")
    _tell(descent, plan.source, issues)
    if not number:
        raise descent.nothing()


def entries_of_lines(text: str, plan: Plan, where: str, issues: Notes) -> Iterator[Placed]:
    """Yield the entries of JSON Lines; a line that is no JSON is an issue, the others go on.

    Raises `NoEntriesError` where there is no entry.
    """
    descent = Descent(plan.levels, where)
    notes: dict[str, int] = {}
    broken = count = 0
    for number, line in enumerate(lines_of(text), 1):
        if not (bare := _bare(line)):
            continue
        try:
            parsed = read_json(bare, where)
        except SourceError as error:
            broken += 1
            if broken <= MOST_BROKEN:
                what = error.what.replace("line 1, ", "", 1)
                issues.lose(_issue(plan.source, where, f"line {number} {what}; it was left out"))
            continue
        for note in parsed.notes:
            notes.setdefault(note, number)
        if plan.levels:
            found = [(entry.value, entry.parents) for entry in descent.entries(parsed.value)]
        else:
            found = [(value, []) for value in flattened(parsed.value)]
        for place, (value, parents) in enumerate(found, 1):
            count += 1
            position = f"line {number}" if len(found) == 1 else f"line {number}, entry {place}"
            yield Placed(value, parents, position)
    if broken > MOST_BROKEN:
        issues.append(_issue(plan.source, where, f"{broken:,} lines are no JSON in all"))
    issues += [_issue(plan.source, where, f"line {line}: {note}") for note, line in notes.items()]
    _tell(descent, plan.source, issues)
    if not count:
        raise descent.nothing() if plan.levels else NoEntriesError(
            "holds no entry", where=where, expected="an object a line",
        )  # fmt: skip


def record_of(placed: Placed, plan: Plan, place: Locator) -> SourceRecord:
    """Return the record of one entry."""
    value, parents, position = placed
    own: Mapping[object, object] = value if isinstance(value, dict) else {}
    fields, source = plan.fields, plan.source
    if any(PARENTS in field.field.select for field in fields):
        inherited = [field for field in fields if PARENTS in field.field.select]
        rest = [field for field in fields if PARENTS not in field.field.select]
        found, issues = find_fields(rest, value, source, position)
        more, further = find_fields(inherited, {**own, PARENTS: parents}, source, position)
        found |= more
        issues += further
    else:
        found, issues = find_fields(fields, value, source, position)
    if not any(found.values()):
        tried = ", ".join(f"'{name}'" for name in found)
        message = f"no expression finds anything here; expected {tried} in {outline(value)}"
        issues.append(Issue(source.name, position, "extract", "", "", "warning", message))
    key = next((text for given in found.get(OWN_KEY, ())
                if (text := given.value.strip(WHITE_SPACE))), "")  # fmt: skip
    markup = [field.name for field in fields if field.field.html]
    return make_record(
        source, place, position, found, key=key, markup=markup, issues=issues, look="its expression"
    )


def _fit(value: object, plan: Plan) -> int:
    """Return the number of fields that are found in `value`, parents aside."""
    own = [field for field in plan.fields if PARENTS not in field.field.select]
    return sum(bool(field.find(value).given) for field in own)


def _bare(line: str) -> str:
    return line.strip(WHITE_SPACE)


def _is_json(line: str) -> bool:
    try:
        return isinstance(read_json(line, "").value, dict | list)
    except SourceError:
        return False


def _tell(descent: Descent, source: Source, issues: Notes) -> None:
    """Tell what of the levels could not be gone down."""
    for problem, count in descent.problems.items():
        issues.lose(_issue(source, descent.where, f"{problem} ({count:,} times)"))


def _issue(source: Source, where: str, message: str) -> Issue:
    return source_issue(source, f"{where}: {message}")
