"""Deletions: only complete harvests count, after so many runs and so many days."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import record_parts
from pipeline.grace import aged, due_date, is_due, is_time_to_look, next_look, unseen
from pipeline.manifest import read_manifest
from pipeline.model import Locator, Record
from pipeline.settings import DeletionSettings
from tests.small_catalogue import SmallCatalogue, entries

pytestmark = pytest.mark.slow  # whole runs

DAY = 86_400
EPOCH = 1_795_546_800
NOON = "2026-11-24T12:00:00Z"
GRACE = DeletionSettings()
COMPLETE = "complete = true\n"


def missing(count: int, since: str = NOON) -> Record:
    return Record(
        source="s", key="k", locator=Locator("", "", ""), missing=count,
        missing_since=since if count else "",
    )  # fmt: skip


def test_a_record_ages_to_the_grace_and_no_further() -> None:
    record, counts = missing(0), []
    for hour in range(5):
        record = aged(record, f"2026-11-24T{12 + hour}:00:00Z", GRACE)
        counts.append(record.missing)
    assert counts == [1, 2, 3, 3, 3]
    assert record.missing_since == NOON


@pytest.mark.parametrize(
    ("count", "moment", "due"),
    [
        (3, "2026-12-01T12:00:00Z", True),
        (3, "2026-12-01T11:59:59Z", False),
        (2, "2027-12-01T12:00:00Z", False),
    ],
)
def test_both_runs_and_days_have_to_pass(count: int, moment: str, due: bool) -> None:
    assert is_due(missing(count), moment, GRACE) is due
    assert due_date(missing(count), GRACE) == "2026-12-01T12:00:00Z"


def test_when_to_look_again() -> None:
    later = "2026-11-25T12:00:00Z"
    assert next_look(missing(0), later, GRACE) == ""
    assert next_look(missing(2), later, GRACE) == later
    assert next_look(missing(3), later, GRACE) == "2026-12-01T12:00:00Z"


class Days:
    """Runs a catalogue day by day."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, more: str = COMPLETE) -> None:
        self.small = SmallCatalogue(folder)
        self.patch = patch
        self.more = more
        self.day = 0.0

    def run(self, *numbers: int, after: float = 1, total: int | None = None) -> str:
        """Run `after` days later with these entries; return what the run came to."""
        self.day += after
        self.patch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + round(self.day * DAY)))
        some = [one for number in numbers for one in entries(1, number)]
        self.small.write(some, total=total, more=self.more)
        outcome = self.small.run()
        books = outcome.books["other"]
        return f"{outcome.kind} {books.extracted} kept {books.kept} deleted {books.deleted}"


@pytest.fixture
def days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Days:
    return Days(tmp_path / "small", monkeypatch)


def test_a_missing_entry_is_deleted_after_three_runs_and_seven_days(days: Days) -> None:
    assert days.run(0, 1, 2) == "published 3 kept 0 deleted 0"
    gone = days.small.ids()["How the members of group 2 keep their accounts"]
    assert days.run(0, 1) == "published 2 kept 1 deleted 0"  # first run without it
    assert days.run(0, 1) == "published 2 kept 1 deleted 0"  # nothing new but the count
    assert days.run(0, 1) == "published 2 kept 1 deleted 0"
    for _ in range(4):
        assert days.run(0, 1).startswith("unchanged")  # waiting for the seventh day
    assert gone in days.small.ids().values()
    assert days.run(0, 1) == "published 2 kept 0 deleted 1"
    assert gone not in days.small.ids().values()
    assert gone in days.small.read("changes.jsonl")
    assert gone not in days.small.read("catalogue.nt")
    (stone,) = record_parts.read_tombstones(days.small.current)
    assert (stone.id, stone.reason) == (gone, "the source has not shown it since "
                                              "2026-11-26T19:00:00Z")  # fmt: skip
    assert days.run(0, 1).startswith("unchanged")
    assert days.run(0, 1, 2) == "published 3 kept 0 deleted 0"  # it comes back under its IRI
    assert gone in days.small.ids().values()
    assert record_parts.read_tombstones(days.small.current) == []


def test_days_alone_delete_nothing(days: Days) -> None:
    days.run(0, 1, 2)
    assert days.run(0, 1, after=30).endswith("kept 1 deleted 0")
    assert days.run(0, 1, after=30).endswith("kept 1 deleted 0")
    assert days.run(0, 1, after=0.1).endswith("kept 0 deleted 1")


def test_an_entry_that_comes_back_in_time_starts_anew(days: Days) -> None:
    days.run(0, 1, 2)
    days.run(0, 1)
    days.run(0, 1)
    days.run(0, 1, 2)
    for _ in range(2):
        assert days.run(0, 1, after=10).endswith("kept 1 deleted 0")
    assert days.run(0, 1, after=10).endswith("kept 0 deleted 1")


def test_saved_files_are_not_taken_for_the_whole_listing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = Days(tmp_path / "small", monkeypatch, more="")
    days.run(0, 1, 2)
    assert days.run(0, 1, after=10).endswith("kept 1 deleted 0")
    for _ in range(4):
        assert days.run(0, 1, after=10).startswith("unchanged")
    assert read_manifest(days.small.current).next_look == ""


def test_fewer_than_the_declared_total_delete_nothing(days: Days) -> None:
    days.run(0, 1, 2, total=3)
    for _ in range(5):
        assert days.run(0, 1, after=10, total=3).endswith("kept 1 deleted 0")
    notice = days.small.read("issues.csv")
    assert "this harvest was not the whole listing" in notice


def test_a_failing_harvest_deletes_nothing(days: Days) -> None:
    days.run(0, 1, 2)
    days.small.write(entries(2), "second")
    days.small.run()
    days.run(0, 1, after=1)
    count = len(days.small.ids())
    (days.small.folder / "input" / "other.txt").write_text("no listing at all\n", "utf-8")
    for _ in range(4):
        days.day += 10
        days.patch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + round(days.day * DAY)))
        assert days.small.run().exit_code == 3
    assert len(days.small.ids()) == count
    missing_now = [one.missing for one in days.small.records().values() if one.missing]
    assert missing_now == [1]


def test_what_was_noted_while_the_clock_was_set_forward_counts_from_now() -> None:
    later = "2027-12-29T12:00:00Z"
    late = aged(missing(3, later), NOON, GRACE)
    assert (late.missing, late.missing_since) == (3, NOON)
    assert unseen(missing(0), NOON).missing_since == NOON
    assert unseen(unseen(missing(0), later), NOON).missing_since == NOON
    assert is_time_to_look(later, NOON, GRACE)


@pytest.mark.parametrize(
    ("look", "is_time"),
    [("", False), (NOON, True), ("2026-12-01T12:00:00Z", False), ("2026-11-24T11:00:00Z", True)],
)
def test_when_it_is_time_to_look(look: str, is_time: bool) -> None:
    assert is_time_to_look(look, NOON, GRACE) is is_time


@pytest.mark.parametrize("missed", ["before", "while", "after"])
def test_a_clock_that_was_set_forward_once_delays_no_deletion(missed: str, days: Days) -> None:
    days.run(0, 1, 2)
    if missed == "before":
        days.run(0, 1)
    days.run(*((0, 1, 2) if missed == "after" else (0, 1)), 3, after=400)
    days.day -= 400
    last = read_manifest(days.small.current).datestamps[-1]
    came_to = [days.run(0, 1, 3) for _ in range(10)]
    assert "An earlier run noted" not in days.small.read("issues.csv")
    due = {"before": 7, "while": 8, "after": 8}[missed]
    assert [one.endswith("deleted 1") for one in came_to].index(True) + 1 == due
    assert read_manifest(days.small.current).datestamps[-1] > last


def test_a_time_that_is_yet_to_come_is_said(days: Days) -> None:
    days.run(0, 1, 2)
    days.run(0, 1, after=400)
    days.day -= 400
    days.run(0, 1)
    told = days.small.read("issues.csv")
    assert "An earlier run noted 2027-12-30T19:00:00Z, which is yet to come" in told
