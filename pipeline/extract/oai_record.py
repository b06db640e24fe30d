"""The entries of an answer -> source records and deletions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pipeline.extract.oai_answer import Answer, Entry
from pipeline.extract.oai_fields import compile_fields
from pipeline.extract.oai_metadata import read_metadata
from pipeline.extract.payloads import Payload, shown, source_issue
from pipeline.extract.source_record import make_record
from pipeline.model import Issue, Locator, SourceRecord
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import _Element


class MadePage(msgspec.Struct, frozen=True):
    """What one answer gave; `numbers` and `deleted_numbers` are the places of its entries there."""

    records: tuple[SourceRecord, ...]
    numbers: tuple[int, ...]
    deleted: tuple[str, ...]
    deleted_numbers: tuple[int, ...]
    issues: tuple[Issue, ...]


class Maker:
    """Makes the records of one source; `issues` holds what is to be said of it as a whole.

    `broken_off` says which record is there and cannot be read.
    """

    def __init__(self, source: Source) -> None:
        """Compile `oai.fields`; raises `SettingsError` where one is no XPath expression."""
        self._source = source
        self._override = compile_fields(source)
        fields = source.oai.fields if source.oai else {}
        self._markup = frozenset(
            name for name, field in fields.items() if not isinstance(field, str) and field.html
        )
        self.issues: list[Issue] = []
        self.broken_off = ""
        self._unknown: set[object] = set()

    def make(self, payload: Payload, answer: Answer) -> MadePage:
        """Return the records, deletions and issues of an answer."""
        place = Locator(payload.digest, payload.name, "")
        issues = list(answer.issues)
        records: list[SourceRecord] = []
        deleted: list[str] = []
        numbers: list[int] = []
        deleted_numbers: list[int] = []
        for number, entry in enumerate(answer.entries):
            if entry.metadata is not None and not entry.deleted:
                records.append(self._record(entry, entry.metadata, place))
                numbers.append(number)
            elif entry.deleted and entry.identifier:
                deleted.append(entry.identifier)
                deleted_numbers.append(number)
            else:
                problem = _problem(entry)
                issues.append(self._issue(entry, place, problem))
                if not entry.deleted and not self.broken_off:
                    self.broken_off = f"{place.name}: {entry.position} {problem}"
        return MadePage(
            tuple(records), tuple(numbers), tuple(deleted), tuple(deleted_numbers), tuple(issues)
        )

    def _record(self, entry: Entry, root: _Element, place: Locator) -> SourceRecord:
        found, is_known = read_metadata(root)
        if not is_known and root.tag not in self._unknown:
            self._unknown.add(root.tag)
            tag = shown(str(root.tag))
            message = (
                f"{place.name}: <{tag}> is no format that is known here; only what is named as in "
                "Dublin Core was read: choose another 'oai.prefix', or add [oai.fields]"
            )
            self.issues.append(source_issue(self._source, message, value=tag))
        problems = entry.notes
        if self._override is not None:
            problems += self._override(root, found)
        if not entry.identifier:
            problems += ("its header has no identifier, so it is known by its content only",)
        return make_record(
            self._source, place, entry.position, found, key=entry.identifier,
            markup=self._markup, look="the record at the provider",
            issues=[self._issue(entry, place, problem) for problem in problems] if problems else (),
        )  # fmt: skip

    def _issue(self, entry: Entry, place: Locator, problem: str) -> Issue:
        return Issue(
            self._source.name, entry.position, "extract", "", shown(entry.identifier), "warning",
            f"{place.name}: {problem}",
        )  # fmt: skip


def _problem(entry: Entry) -> str:
    """Return why an entry gives neither a record nor a deletion."""
    if entry.deleted:
        return "is deleted, but its header has no identifier"
    if entry.problem:
        return f"is not well-formed: {entry.problem}; it was left out: tell the provider"
    return "has no metadata and is not deleted; it was left out: tell the provider"
