"""Killed at any moment: what was published is whole, and the next run finishes with its bytes."""

from __future__ import annotations

import fcntl
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pipeline import release
from pipeline.aside import tidy
from pipeline.runs import read_runs
from tests.crash_runs import Runs, Wanted, dying_runs
from tests.crash_story import Story, chosen, contents
from tests.extract.web import Web
from tests.small_catalogue import QUICK, SmallCatalogue, entries, listing

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("crash")]

EPOCH = 1_795_546_800
DAY = 86_400
KEEP = QUICK + "\n[retention]\nkeep_last = 3\nkeep_monthly = 0\n"
KILLED = -signal.SIGKILL
MOMENTS = 40
MOST_TRIES = 200
SEED = 437
STEPS = ("payloads/.", ".work", "catalogue.ttl", ".new-current -> ", ".partial-", ".old-last-run",
         ".pruned-", ".jsonl.zst", "output/.old-held", "runs.jsonl")  # fmt: skip


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    with dying_runs() as process:
        yield process


@pytest.fixture(scope="module")
def update(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Return a story: a release is made, an old one goes, one is thinned, what was held goes."""
    small = SmallCatalogue(tmp_path_factory.mktemp("update") / "base", KEEP)
    for day, count in enumerate((5, 6, 7, 3)):
        small.write(entries(count))
        done = runs.do(Wanted(str(small.folder), EPOCH + day * DAY))
        assert done.code == (4 if count == 3 else 0), done.said
    assert (small.output / "held").is_dir()
    small.write(entries(8))
    return Story(runs, small.folder, EPOCH + 10 * DAY)


def test_killed_at_every_change_of_the_disk(update: Story) -> None:
    places = chosen(update.undisturbed)
    assert len(places) > 50
    told = "\n".join(" ".join(change) for change in update.undisturbed.changes)
    for expected in STEPS:
        assert expected in told, "the run has a step that is not tried here"
    for place in places:
        update.fresh()
        died = update.do(change=place)
        assert died.code == KILLED, f"the run ended before its change {place}"
        update.check_whole()
        update.check_finished()


def test_killed_at_forty_random_moments(update: Story) -> None:
    choose = random.Random(SEED)  # noqa: S311 - no secret
    killed = 0
    longest = update.undisturbed.seconds
    for _ in range(MOST_TRIES):
        update.fresh()
        died = update.do(seconds=choose.uniform(0.01, longest))
        if died.code != KILLED:  # it was quicker than the one that was measured
            longest = died.seconds
            continue
        killed += 1
        update.check_whole()
        update.check_finished()
        if killed == MOMENTS:
            return
    pytest.fail(f"only {killed} runs could be killed")


def test_the_first_run_killed_before_its_release_is_current(runs: Runs, tmp_path: Path) -> None:
    small = SmallCatalogue(tmp_path / "base", KEEP)
    small.write(entries(3))
    shutil.copytree(small.folder, tmp_path / "work")
    whole = runs.do(Wanted(str(small.folder), EPOCH))
    places = [number for number, (event, place) in enumerate(whole.changes, start=1)
              if ".new-current" in place or event == "os.symlink" or place.startswith(".lock")
              or re.search(r"\.partial-\w+ -> ", place)]  # fmt: skip
    assert len(places) >= 3
    for place in places:
        output = tmp_path / "work" / "output"
        shutil.rmtree(output, ignore_errors=True)
        assert runs.do(Wanted(str(output.parent), EPOCH, change=place)).code == KILLED
        assert not (output / "current").exists()
        assert runs.do(Wanted(str(output.parent), EPOCH)).code == 0
        assert contents(output) == contents(small.output)


@pytest.fixture(scope="module")
def refusal(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Return a story in which a gate refuses what comes, and holds it in the place of another."""
    small = SmallCatalogue(tmp_path_factory.mktemp("refusal") / "base", KEEP)
    for day, count in enumerate((8, 2)):
        small.write(entries(count))
        runs.do(Wanted(str(small.folder), EPOCH + day * DAY))
    small.write(entries(3))
    return Story(runs, small.folder, EPOCH + 10 * DAY)


def test_killed_while_it_is_refused(refusal: Story) -> None:
    assert refusal.undisturbed.code == 4
    (run,) = (file.parent.name for file in (refusal.output / "held").glob("*/held.json"))
    accept = ("accept", run, "--reason", "right")
    refusal.runs.do(Wanted(str(refusal.work), EPOCH + 11 * DAY, accept))
    accepted = contents(refusal.output)
    changes = refusal.undisturbed.changes
    begin = next(n for n, (_, place) in enumerate(changes, start=1) if ".new-" in place)
    for place in [number for number in chosen(refusal.undisturbed) if number >= begin][::3]:
        refusal.fresh()
        assert refusal.do(change=place).code == KILLED
        refusal.check_whole()
        assert (refusal.output / "held").is_dir() or (refusal.output / ".old-held").is_dir()
        refusal.check_finished()
        done = refusal.runs.do(Wanted(str(refusal.work), EPOCH + 11 * DAY, accept))
        assert done.code == 0, done.said
        assert contents(refusal.output) == accepted


def test_killed_while_what_was_refused_is_accepted(refusal: Story, tmp_path: Path) -> None:
    base = tmp_path / "base"
    refusal.fresh()
    refusal.do()
    shutil.copytree(refusal.work, base, symlinks=True)
    (run,) = (file.parent.name for file in (refusal.output / "held").glob("*/held.json"))
    story = Story(refusal.runs, base, EPOCH + 11 * DAY, ("accept", run, "--reason", "right"))
    assert story.undisturbed.code == 0
    changes = story.undisturbed.changes
    switch = next(n for n, (_, place) in enumerate(changes, start=1)
                  if place == "output/.new-current -> output/current")  # fmt: skip
    for place in range(switch - 4, switch + 1):
        story.fresh()
        assert story.do(change=place).code == KILLED
        story.check_whole()
        story.check_finished()
    story.fresh()
    assert story.do(change=switch + 1).code == KILLED
    again = story.do()
    assert (again.code, "was published since the run" in again.said) == (4, True)
    assert contents(story.output) == story.whole


def test_killed_while_it_rolls_back(update: Story, tmp_path: Path) -> None:
    base = tmp_path / "base"
    shutil.copytree(update.base, base, symlinks=True)
    story = Story(update.runs, base, EPOCH + 11 * DAY, ("rollback",))
    assert story.undisturbed.code == 0
    for place in chosen(story.undisturbed)[::8]:
        story.fresh()
        assert story.do(change=place).code == KILLED
        story.check_whole()
        if release.current(story.output).name == story.before:
            story.check_finished()


LIVE = """kind = "text-listing"
location = "{url}"
languages = ["en"]
[text]
labels = ["Guide/Manual"]
[paging]
parameter = "page"
[fetch]
pause = 0
retries = 0
"""


def test_killed_while_it_reads_the_web(runs: Runs, tmp_path: Path) -> None:
    small = SmallCatalogue(tmp_path / "base", KEEP)

    def pages(day: int) -> dict[str, str]:
        return {f"/list?page={n}": listing(entries(3, 3 * n + day)) for n in (1, 2, 3)}

    with Web(dict(pages(0))) as web:
        settings = LIVE.format(url=web.url("/list"))
        (small.folder / "input" / "live.toml").write_text(settings, "utf-8")
        assert runs.do(Wanted(str(small.folder), EPOCH)).code == 0
        web.answers = dict(pages(1))
        story = Story(runs, small.folder, EPOCH + DAY)
        places = [number for number, (_, place) in enumerate(story.undisturbed.changes, start=1)
                  if "/harvests/" in place or "/payloads/" in place]  # fmt: skip
        assert len(places) > 10
        for place in places:
            story.fresh()
            assert story.do(change=place).code == KILLED
            story.check_whole()
            story.check_finished()
            journal = (story.output / "harvests" / "live.jsonl").read_bytes().splitlines()
            assert [msgspec.json.decode(line)["is"] for line in journal][-1] == "finished"
            left = [path.name for path in (story.output / "harvests").iterdir()]
            assert left == ["live.jsonl"]


def test_what_stood_in_a_place_comes_back_where_nothing_followed_it(tmp_path: Path) -> None:
    for name in ("last-run", ".old-last-run", ".old-held", ".new-held", ".gone-x", ".restore-y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name, "utf-8")
    (tmp_path / ".gitignore").write_text("*", "utf-8")
    tidy(tmp_path)
    kept = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert kept == {"last-run", "last-run/file", "held", "held/file", ".gitignore"}
    assert (tmp_path / "last-run" / "file").read_text("utf-8") == "last-run"
    assert (tmp_path / "held" / "file").read_text("utf-8") == ".old-held"


def is_locked(output: Path) -> bool:
    if not (output / ".lock").exists():
        return False
    handle = os.open(output / ".lock", os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def test_of_two_runs_at_once_one_goes(tmp_path: Path) -> None:
    small = SmallCatalogue(tmp_path / "small")
    small.write(entries(3))
    command = [sys.executable, "-m", "pipeline", "-C", str(small.folder), "run", "--jobs", "1"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as first:
        deadline = time.monotonic() + 60
        while not is_locked(small.output) and time.monotonic() < deadline:
            time.sleep(0.005)
        first.send_signal(signal.SIGSTOP)
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert second.returncode == 5
        assert "another run works on this catalogue" in second.stderr
        assert not (small.output / "runs.jsonl").exists()
        first.send_signal(signal.SIGCONT)
        assert first.wait(60) == 0
    assert len(small.ids()) == 3
    assert [line.outcome for line in read_runs(small.output)] == ["published"]
