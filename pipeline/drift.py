"""What one harvest leaves for the next, and whether the source still gives what it gave."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from pipeline.kinds import KINDS
from pipeline.model import HarvestNote, Issue, Page
from pipeline.settings import Gates, Rights, Source, SourceFetch, SourceGates

SHOWN_POSITIONS = 3
FEWEST_LOST = 2  # entries that have lost a field before a source is refused
SWITCHED_OFF = 100  # points; no share falls further


class Found:
    """Counts what the pages of one harvest give; compares it with the last one."""

    def __init__(self, last: HarvestNote, moment: str, source: Source, gates: Gates) -> None:
        """Keep the note of the last harvest and the run's clock reading (xsd:dateTime)."""
        self._gates = gates
        self._last = last
        self._moment = moment
        self._source = source
        self._settings = settings_digest(source)
        self._filled = Counter[str]()
        self._lacking: dict[str, list[str]] = {}
        self._extracted = 0
        self._until = ""
        self.partial_since = ""

    @property
    def since(self) -> str:
        """Return the moment from which the source is to be asked, or empty for everything.

        Everything is asked for at first, after the days that the source file sets, and where the
        source file says otherwise than at the last harvest.
        """
        oai, last = self._source.oai, self._last
        if oai is None or not oai.incremental or not (last.until and last.full and self._moment):
            return ""
        age = datetime.fromisoformat(self._moment) - datetime.fromisoformat(last.full)
        stale = not timedelta(0) <= age < timedelta(days=oai.full_after)  # the clock went back
        return "" if stale or last.settings != self._settings else last.until

    @property
    def _is_of_changes(self) -> bool:
        """Say whether only changes came; a feed of the newest entries is read as a whole."""
        return bool(self.since and self.partial_since)

    def add(self, page: Page) -> None:
        """Count the records of a page."""
        self.partial_since = page.since or self.partial_since
        self._until = self._until or page.until
        for record in page.records:
            self._extracted += 1
            self._filled.update(record.fields.keys())
            for name in self._last.filled.keys() - record.fields.keys():
                lacking = self._lacking.setdefault(name, [])
                if len(lacking) < SHOWN_POSITIONS:
                    lacking.append(f"{record.locator.name}, {record.locator.position}")

    def drift(self) -> Iterator[Issue]:
        """Yield an issue for each field that far fewer entries give than at the last harvest.

        Only where that does not stop the source: see `drifted`.
        """
        reason = "Hardly an entry has lost it, others came without it; check"
        if not self._has_same_settings:
            reason = "The source file has changed since; check"
        for name, before, after in self._fallen():
            if self._has_same_settings and self._is_lost(name):
                continue
            message = (
                f"Field '{name}' is in {after:.0f} % of the entries, at the last harvest it was in "
                f"{before:.0f} %. {reason} that this is meant."
            )
            yield Issue(self._source.name, "", "extract", name, "", "warning", message)

    def drifted(self) -> str:
        """Return how the layout of the listing seems to have changed, or an empty text.

        It has where far fewer entries give a field, though the source file asks for the same, and
        not only because entries came that do not.
        """
        fallen = self._fallen() if self._has_same_settings else []
        fallen = [one for one in fallen if self._is_lost(one[0])]
        if not fallen:
            return ""
        told = "; ".join(
            f"'{name}' is in {after:.0f} % of the entries, was in {before:.0f} % (lacking in "
            f"{' and '.join(self._lacking.get(name, ()))})"
            for name, before, after in fallen
        )
        return (
            f"the layout of the listing seems to have changed: {told}; the gate is at "
            f"{self._gates.fill_rate:g} points, gates.fill_rate; see how these fields are found in "
            f"[{KINDS[self._source.kind].table}] of {self._source.place}"
        )

    def note(self) -> HarvestNote:
        """Return what the next harvest has to know."""
        if self._is_of_changes:
            return msgspec.structs.replace(self._last, until=self._until or self._last.until)
        return HarvestNote(
            extracted=self._extracted,
            filled=dict(sorted(self._filled.items())),
            until=self._until,
            full=self._moment,
            settings=self._settings,
        )

    @property
    def _has_same_settings(self) -> bool:
        return self._last.settings == self._settings

    def _is_lost(self, name: str) -> bool:
        """Say whether so many entries have lost a field that it is no matter of one of them."""
        fewer = self._last.filled[name] - self._filled[name]
        return min(fewer, self._extracted - self._filled[name]) >= FEWEST_LOST

    def _fallen(self) -> list[tuple[str, float, float]]:
        """Return the fields that far fewer entries give, and their shares before and after."""
        last, limit = self._last, self._gates.fill_rate
        few = min(last.extracted, self._extracted) < max(self._gates.least, 1)
        if self._is_of_changes or few or limit == SWITCHED_OFF:
            return []
        fallen = []
        for name, count in sorted(last.filled.items()):
            before = 100 * count / last.extracted
            after = 100 * self._filled[name] / self._extracted
            if before - after >= limit:
                fallen.append((name, before, after))
        return fallen


def settings_digest(source: Source) -> str:
    """Return the SHA-256 (hex) of what in a source file decides what an entry gives."""
    bare = msgspec.structs.replace(
        source, gates=SourceGates(), fetch=SourceFetch(), rights=Rights(), labels={}, values={},
        defaults={}, title="", file="",
    )  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(bare)).hexdigest()
