"""When an entry that its source no longer shows is deleted: after so many runs and so many days.

Only complete harvests count: the last page reached, no page failed, nothing left out that could not
be read, no fewer entries than the total that the source declares; saved files only where the source
file says that they are all of it; never what was read offline. Days are counted from the first of
them, by the clock as each run finds it: datestamps only go forward, so that a clock that was set
forward once would keep everything for as long. What such a run noted is counted from now.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from pipeline.model import Head, Record
from pipeline.settings import DeletionSettings

R = TypeVar("R", bound="Record | Head")

SAID = "the source deleted it"  # the reason of a tombstone that the source asked for


def aged(record: R, moment: str, grace: DeletionSettings) -> R:
    """Return a record that one more complete harvest, at `moment`, does not hold.

    The count goes no further than the grace, so that a record in waiting changes nothing.
    """
    since = record.missing_since if record.missing else moment
    return msgspec.structs.replace(
        record,
        missing=min(record.missing + 1, max(grace.runs, 1)),
        missing_since=min(since, moment),
    )


def unseen(record: R, moment: str) -> R:
    """Return a record that an incomplete harvest, at `moment`, does not hold: nothing is counted.

    Of one that no complete harvest has missed yet, the moment says since when it is looked for.
    """
    if record.missing_since and not is_ahead(record, moment):
        return record
    return msgspec.structs.replace(record, missing_since=moment)


def is_ahead(record: Record | Head, moment: str) -> bool:
    """Say whether a record is said to be missing since a time that is yet to come."""
    return record.missing_since > moment


def is_due(record: Record | Head, moment: str, grace: DeletionSettings) -> bool:
    """Say whether a record that has been aged is to be deleted at `moment` (xsd:dateTime)."""
    return record.missing >= grace.runs and moment >= due_date(record, grace)


def due_date(record: Record | Head, grace: DeletionSettings) -> str:
    """Return the moment from which a missing record may be deleted (xsd:dateTime, UTC)."""
    due = datetime.fromisoformat(record.missing_since) + timedelta(days=grace.days)
    return due.strftime("%Y-%m-%dT%H:%M:%SZ")


def next_look(record: Record, moment: str, grace: DeletionSettings) -> str:
    """Return from when on a run has to look again even where nothing has changed.

    Empty where no complete harvest has missed it; `moment` itself where runs are still to be
    counted.
    """
    if not record.missing:
        return ""
    return due_date(record, grace) if record.missing >= grace.runs else moment


def is_time_to_look(next_look: str, moment: str, grace: DeletionSettings) -> bool:
    """Say whether, by the `next_look` of a release, a run at `moment` has to look again.

    One that is further ahead than the grace was noted while the clock was set forward.
    """
    if not next_look:
        return False
    days = datetime.fromisoformat(next_look) - datetime.fromisoformat(moment)
    return not timedelta(0) < days <= timedelta(days=grace.days)


class Deletion(msgspec.Struct, frozen=True):
    """What decides whether a record that is in no harvest is deleted.

    `said` holds, by source, the keys of entries that the source says are deleted; `complete` names
    the sources whose harvest holds all they have.
    """

    moment: str
    grace: DeletionSettings
    said: Mapping[str, frozenset[str]]
    complete: frozenset[str]

    def reason(self, record: Record | Head) -> str:
        """Return why a record that no entry is of is deleted now; empty: it stays."""
        if not self.said.get(record.source, frozenset()).isdisjoint(record.keys):
            return SAID
        if record.source in self.complete:
            late = aged(record, self.moment, self.grace)
            if is_due(late, self.moment, self.grace):
                return f"the source has not shown it since {late.missing_since}"
        return ""
