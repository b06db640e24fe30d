"""The journal: whatever was written until a crash is used, and nothing else."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import OutputError
from pipeline.extract.journal import LONGEST_AGE, LONGEST_LINE, Journal, Read

NOW = 1_800_000_000.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "harvests" / "demo.jsonl"


def page(key: str, digest: str = "d") -> Read:
    return Read(key, f"https://example.org/{key}", digest, NOW)


def harvest(file: Path, *keys: str, whole: bool = False, now: float = NOW) -> Journal:
    """Read pages as a new process does."""
    journal = Journal(file, "here")
    for key in keys:
        found = journal.finished(key, now)
        if found is None:
            journal.asking(key, now)
            journal.add(page(key, f"d{now:.0f}"))
        else:
            journal.use(found)
    if whole:
        journal.finish(now)
    return journal


def read(file: Path, *keys: str, now: float = NOW) -> list[bool]:
    """Say which pages a new process finds finished."""
    journal = Journal(file, "here")
    return [journal.finished(key, now) is not None for key in keys]


def test_the_last_page_is_in_doubt_until_another_is_asked_for(file: Path) -> None:
    harvest(file, "a", "b")
    assert read(file, "a", "b", "c") == [True, False, False]
    journal = Journal(file, "here")
    journal.asking("b", NOW)
    assert read(file, "a", "b") == [True, False], "it was asked for again, and did not come"
    journal.asking("c", NOW)
    assert read(file, "a", "b") == [True, True]


def test_a_doubtful_page_is_none_once_it_is_read_again(file: Path) -> None:
    harvest(file, "a", "b")
    journal = harvest(file, "b")
    assert journal.finished("b", NOW) is not None


def test_a_finished_harvest_is_known_but_not_gone_on_with(file: Path) -> None:
    harvest(file, "a", "b", whole=True)
    journal = Journal(file, "here")
    assert journal.finished("a", NOW) is None
    assert journal.known("a") == journal.stored("a") == page("a", f"d{NOW:.0f}")
    assert journal.known("c") is journal.stored("c") is None


def test_offline_prefers_the_whole_harvest_and_the_web_the_newest(file: Path) -> None:
    harvest(file, "a", "b", whole=True)
    journal = harvest(file, "a", "c", now=NOW + 60)
    for one in (journal, Journal(file, "here")):
        known, stored = one.known("a"), one.stored("a")
        assert known is not None
        assert stored is not None
        assert (known.digest, stored.digest) == (f"d{NOW + 60:.0f}", f"d{NOW:.0f}")
        assert one.stored("c") is not None


def test_of_broken_off_harvests_the_last_is_known(file: Path) -> None:
    for day in range(3):
        harvest(file, f"only-{day}", "same", now=NOW + day * 2 * LONGEST_AGE)
    journal = Journal(file, "here")
    journal.asking("x", NOW + 9 * LONGEST_AGE)
    for one in (journal, Journal(file, "here")):
        assert [one.known(f"only-{day}") is not None for day in range(3)] == [False, False, True]
    assert len(file.read_text().splitlines()) < 10, "the file does not grow for ever"


def test_a_clock_that_was_put_back_begins_anew(file: Path) -> None:
    harvest(file, "a", "b", now=NOW)
    assert read(file, "a", now=NOW - 10) == [False]


def test_a_restart_forgets_what_was_read(file: Path) -> None:
    journal = harvest(file, "a", "b")
    journal.restart(NOW)
    assert journal.finished("a", NOW) is None
    assert journal.known("a") is not None
    journal.asking("c", NOW)
    journal.add(page("c"))
    journal.finish(NOW)
    assert [Journal(file, "here").known(key) is not None for key in "abc"] == [False, False, True]


def test_lines_that_are_not_ours_are_passed_over(file: Path) -> None:
    harvest(file, "a", "b", "c")
    lines = file.read_bytes().splitlines(keepends=True)
    strange = [b"\n", b"{}\n", b'{"is": "unknown"}\n', b"\xff\xfe\n", b'{"is":"read","key":5}\n']
    file.write_bytes(b"".join([*lines[:3], *strange, *lines[3:]]))
    assert read(file, "a", "b") == [True, True]


def test_a_line_without_an_end_ends_the_reading(file: Path) -> None:
    harvest(file, "a", "b", "c")
    with file.open("ab") as more:
        more.write(b"x" * (LONGEST_LINE + 10))
    assert read(file, "a", "b") == [True, True]
    harvest(file, "d")
    assert file.stat().st_size < 10_000


@pytest.mark.slow
@settings(max_examples=40)
@given(st.integers(0, 2000), st.sampled_from(["begun", "whole"]))
def test_a_file_torn_anywhere_gives_a_beginning_of_the_harvest(cut: int, before: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "demo.jsonl"
        if before == "whole":
            harvest(file, "a", "b", whole=True)
        harvest(file, "a", "b", "c", "d", now=NOW + 60)
        whole = file.read_bytes()
        file.write_bytes(whole[:cut])
        found = read(file, "a", "b", "c", "d", now=NOW + 120)
        assert found == sorted(found, reverse=True)
        if cut >= len(whole):
            assert found == [True, True, True, False]
        harvest(file, "a", "b", "c", "d", "e", now=NOW + 120)
        assert read(file, "a", "b", "c", "d", now=NOW + 180) == [True] * 4
        harvest(file, "a", "e", whole=True, now=NOW + 180)
        journal = Journal(file, "here")
        assert [journal.stored(key) is not None for key in "abe"] == [True, False, True]


def test_a_journal_that_cannot_be_read_is_told(file: Path) -> None:
    harvest(file, "a")
    file.unlink()
    file.mkdir()
    with pytest.raises(OutputError, match="the harvest's journal cannot be kept"):
        Journal(file, "here").known("a")


def test_a_journal_that_cannot_be_replaced_leaves_nothing_behind(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = harvest(file, "a")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        journal.finish(NOW)
    assert [path.name for path in file.parent.iterdir()] == ["demo.jsonl"]
