"""A disk that fills up or cannot be written, input that vanishes, a clock that goes backwards."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.batch import Batch, clean_batch
from pipeline.catalogue_folder import load_settings
from pipeline.errors import CataloomError, RunRefused
from pipeline.extract import payloads
from pipeline.manifest import read_manifest
from pipeline.model import Locator, SourceRecord
from pipeline.release import cannot_write
from pipeline.runs import RunLine, append_run, incidents_after, last_run, read_runs
from pipeline.workers import Workers
from tests.crash_runs import Died, Runs, Wanted, dying_runs, fill
from tests.crash_story import Story
from tests.small_catalogue import QUICK, SmallCatalogue, entries

EPOCH = 1_795_546_800
DAY = 86_400
KEEP = QUICK + "\n[retention]\nkeep_last = 3\nkeep_monthly = 0\n"
DISK = "16m"
ROOMS = (0, 4096, 16_384, 60_000, 100_000, 150_000, 200_000, 300_000, 500_000, 700_000, 1_000_000,
         1_300_000)  # fmt: skip
LARGEST = (0, 10, 100, 1_000, 4_000, 10_000, 30_000, 100_000)
NO_ROOM = "No space left on device"
FULL = OSError(28, NO_ROOM)


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    with dying_runs() as process:
        yield process


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Mount a small disk."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk; a limit on files is tried instead")
    folder = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def base(runs: Runs, folder: Path) -> SmallCatalogue:
    """Return a catalogue that has published, been refused, and is to publish more."""
    small = SmallCatalogue(folder, KEEP)
    for day, count in enumerate((5, 6, 7, 3)):
        small.write(entries(count))
        runs.do(Wanted(str(small.folder), EPOCH + day * DAY))
    small.write(entries(8))
    return small


@pytest.fixture(scope="module")
def story(runs: Runs, disk: Path, tmp_path_factory: pytest.TempPathFactory) -> Story:
    small = base(runs, tmp_path_factory.mktemp("story") / "base")
    return Story(runs, small.folder, EPOCH + 10 * DAY, work=disk / "work")


def check_told(died: Died, what: str) -> None:
    """Check that a run ended with a message for people, or well."""
    if died.code:
        assert died.code == 1, died.said
        assert died.said.startswith("cataloom: ")
        assert what in died.said
        assert "; next: " in died.said
    assert "Traceback" not in died.said


@pytest.mark.slow
@pytest.mark.xdist_group("disk")
def test_a_disk_with_too_little_room(story: Story, disk: Path) -> None:
    filler = disk / "filler"
    codes = []
    for room in ROOMS:
        story.fresh()
        fill(filler, room)
        died = story.do()
        check_told(died, NO_ROOM)
        codes.append(died.code)
        story.check_whole()
        filler.unlink()
        story.check_finished()
    assert codes[:8] == [1] * 8


@pytest.mark.slow
@pytest.mark.xdist_group("disk")
def test_a_disk_that_fills_up_at_every_stage(story: Story, disk: Path) -> None:
    filler = disk / "filler"
    said = set()
    for place, (event, _) in enumerate(story.undisturbed.changes, start=1):
        if event != "open":
            continue
        story.fresh()
        died = story.do(change=place, filler=str(filler))
        check_told(died, NO_ROOM)
        said.add(died.said.removeprefix("cataloom: ").partition(": ")[0])
        story.check_whole()
        filler.unlink()
        story.check_finished()
    assert len(said) > 12, f"the disk filled up at these only: {said}"


@pytest.mark.slow
@pytest.mark.xdist_group("disk")
def test_a_disk_that_cannot_be_written(story: Story, disk: Path) -> None:
    story.fresh()
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    try:
        died = story.do()
        assert died.code == 1
        check_told(died, "Read-only file system")
        story.check_whole()
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    story.check_finished()


@pytest.mark.slow
@pytest.mark.parametrize("place", ["output", "releases", "payloads"])
def test_a_folder_that_this_user_may_not_write(runs: Runs, tmp_path: Path, place: str) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere; a disk that cannot be written is tried instead")
    story = Story(runs, base(runs, tmp_path / "base").folder, EPOCH + 10 * DAY)
    story.fresh()
    folder = story.output if place == "output" else story.output / place
    folder.chmod(0o555)
    died = story.do()
    assert died.code == 1
    check_told(died, "Permission denied")
    folder.chmod(0o755)
    story.check_whole()
    story.check_finished()


@pytest.mark.slow
def test_files_that_may_not_grow(runs: Runs, tmp_path: Path) -> None:
    story = Story(runs, base(runs, tmp_path / "base").folder, EPOCH + 10 * DAY)
    for largest in LARGEST:
        story.fresh()
        died = story.do(largest=largest)
        assert died.code == 1
        check_told(died, "File too large")
        story.check_whole()
        story.check_finished()


def batches(folder: Path) -> Iterator[Batch]:
    small = SmallCatalogue(folder / "small")
    small.write(entries(1))
    settings = load_settings(small.folder)
    (source,) = settings.sources
    for number in range(3):
        locator = Locator(f"{number}", "other.txt", "entry 1")
        record = SourceRecord("other", locator, {"title": (f"The accounts of group {number}",)})
        yield Batch((record,), source, settings, folder / "nowhere" / f"{number}")


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_what_a_worker_cannot_write_is_told_by_its_run(tmp_path: Path, jobs: int) -> None:
    with pytest.raises(FileNotFoundError) as caught, Workers(jobs) as workers:
        list(workers.in_order(clean_batch, batches(tmp_path)))
    message = str(cannot_write(tmp_path, caught.value))
    assert f"{tmp_path}/nowhere/0: cannot be written: No such file or directory" in message


def test_a_line_that_is_written_in_part_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = RunLine(clock="2026-11-24T00:00:00Z", outcome="published", exit_code=0)
    append_run(tmp_path, line)
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, data: write(handle, data[:9]))
    with pytest.raises(OSError, match=NO_ROOM):
        append_run(tmp_path, line)
    monkeypatch.undo()
    assert last_run(tmp_path) == line
    append_run(tmp_path, line)
    assert read_runs(tmp_path) == [line, line]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallCatalogue:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH))
    small = SmallCatalogue(tmp_path / "small")
    small.write(entries(6))
    small.run()
    return small


def while_reading(monkeypatch: pytest.MonkeyPatch, what: Callable[[], object]) -> None:
    """Let something happen when the harvest has found its files and begins to read them."""
    found = payloads.find_files

    def find(*arguments: object) -> tuple[Path, ...]:
        files = found(*arguments)  # type: ignore[arg-type]
        what()
        return files

    monkeypatch.setattr("pipeline.extract.access.find_files", find)


def test_a_page_that_vanishes_while_it_is_read(
    small: SmallCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write(entries(2, 50), "second")
    small.run()
    before = small.current
    small.write(entries(7))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + DAY))
    while_reading(monkeypatch, (small.folder / "input" / "other.txt").unlink)
    with pytest.raises(RunRefused) as caught:
        small.run(sources=("other",))
    assert caught.value.exit_code == 4
    assert "'other.txt' matches no file" in str(caught.value)
    assert small.current == before
    monkeypatch.undo()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + 2 * DAY))
    outcome = small.run()
    assert (outcome.exit_code, list(outcome.failed)) == (3, ["other"])
    assert len(small.ids()) == 8
    small.write(entries(7))
    assert small.run().exit_code == 0
    assert len(small.ids()) == 9


@pytest.mark.parametrize("folder", ["ontology", "shapes", "input"])
def test_a_folder_that_vanishes_while_it_is_used(
    small: SmallCatalogue, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    before = small.current
    ids = small.ids()
    small.write(entries(7))
    aside = small.folder / "aside"
    settings = load_settings(small.folder)

    from pipeline import check, run

    def vanish(*_: object) -> None:
        (small.folder / folder).rename(aside)

    monkeypatch.setattr(check, "refuse_findings", vanish)
    with pytest.raises(CataloomError) as caught:
        run.run_catalogue(settings, jobs=1)
    assert caught.value.exit_code in {2, 4}
    assert str(small.folder / folder) in str(caught.value) or "matches no file" in str(caught.value)
    assert small.current == before
    monkeypatch.undo()
    aside.rename(small.folder / folder)
    small.run()
    assert ids.items() <= small.ids().items()
    assert len(small.ids()) == 7


def test_a_clock_that_goes_backwards(
    small: SmallCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_manifest(small.current)
    ids = small.ids()
    told: list[str] = []
    for day in (-400, -399, -398):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + day * DAY))
        small.write(entries(6 + abs(day) - 397))
        from pipeline.run import run_catalogue

        outcome = run_catalogue(load_settings(small.folder), jobs=1, tell=told.append)
        assert (outcome.kind, outcome.exit_code) == ("published", 0)
        assert "The clock of this machine says 2025-" in small.read("issues.csv")
    manifest = read_manifest(small.current)
    assert manifest.datestamps[0] == first.datestamps[0]
    assert list(manifest.datestamps) == sorted(set(manifest.datestamps))
    assert list(manifest.switches) == sorted(set(manifest.switches))
    assert ids.items() <= small.ids().items()
    assert sum("The clock of this machine says" in line for line in told) == 3
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + DAY))
    small.write(entries(5))
    small.run()
    assert "The clock of this machine" not in small.read("issues.csv")
    assert read_manifest(small.current).datestamps[-1] == "2026-11-25T19:00:00Z"


def test_reminders_come_though_the_clock_went_back() -> None:
    line = RunLine(clock="2036-01-01T00:00:00Z", outcome="failed", exit_code=1,
                   problems={"s": "broken"})  # fmt: skip
    known, _ = incidents_after({}, line, 7)
    back = RunLine(clock="2026-01-01T00:00:00Z", outcome="failed", exit_code=1,
                   problems={"s": "broken"})  # fmt: skip
    after, due = incidents_after(known, back, 7)
    assert due["reminder"] == ["s"]
    assert after["s"].told == back.clock
    assert not any(incidents_after(after, back, 7)[1].values())
