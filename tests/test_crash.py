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

import pytest

from pipeline import release
from pipeline.aside import tidy
from pipeline.publish import graph_ntriples
from pipeline.runs import read_runs
from tests.crash_runs import Died, Runs, Wanted, dying_runs
from tests.small_catalogue import QUICK, SmallCatalogue, entries

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("crash")]

EPOCH = 1_795_546_800
DAY = 86_400
KEEP = QUICK + "\n[retention]\nkeep_last = 3\nkeep_monthly = 0\n"
EXEMPT = {"manifest.json", "report.html"}
KILLED = -signal.SIGKILL
MOMENTS = 40
MOST_TRIES = 200
SEED = 437
STEPS = ("payloads/.", ".work", "catalogue.ttl", ".new-current -> ", ".partial-", ".old-last-run",
         ".pruned-", ".jsonl.zst", ".gone-held", "runs.jsonl")  # fmt: skip


@pytest.fixture(scope="module")
def runs() -> Iterator[Runs]:
    with dying_runs() as process:
        yield process


class Story:
    """A catalogue at the point where a run is going to be killed, to be begun from again and again.

    `arguments` are those of the command, `epoch` the clock; `whole` is what an undisturbed run
    publishes, `undisturbed` how it ended.
    """

    def __init__(
        self, runs: Runs, folder: Path, epoch: int, arguments: tuple[str, ...] = ("run",)
    ) -> None:
        self.runs, self.base, self.work = runs, folder, folder.with_name("work")
        self.wanted = Wanted(str(self.work), epoch, arguments)
        self.before = release.current(self.base / "output").name
        self.fresh()
        self.undisturbed = self.do()
        self.whole = contents(self.output)
        self.after = release.current(self.output).name

    @property
    def output(self) -> Path:
        return self.work / "output"

    def fresh(self) -> None:
        """Begin again."""
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.base, self.work, symlinks=True)

    def do(self, *, change: int = 0, seconds: float = 0.0) -> Died:
        more = {"change": change, "seconds": seconds}
        return self.runs.do(Wanted(self.wanted.folder, self.wanted.epoch, self.wanted.arguments,
                                   **more))  # type: ignore[arg-type]  # fmt: skip

    def check_whole(self) -> None:
        """Check what clients and later runs rely on, right after a death."""
        assert release.current(self.output).name in {self.before, self.after}
        for folder in release.releases(self.output):
            assert release.verify(folder) == []
        lines = (self.base / "output" / "runs.jsonl").read_bytes()
        assert (self.output / "runs.jsonl").read_bytes().startswith(lines)

    def check_finished(self) -> None:
        """Check that a further run brings what an undisturbed one would have brought."""
        known = len(read_runs(self.output))
        again = self.do()
        assert again.code == self.undisturbed.code, again.said
        assert contents(self.output) == self.whole
        assert release.current(self.output).name == self.after
        for folder in release.releases(self.output):
            assert release.verify(folder) == []
        left = [path.name for place in (self.output, self.output / "releases")
                for path in place.glob(".*")]  # fmt: skip
        assert left == [".lock"]
        assert len(read_runs(self.output)) == known + 1


def contents(output: Path) -> dict[str, bytes]:
    """Return what must be the same bytes in two runs, and the graph's content (DESIGN.md §4)."""
    current = release.current(output)
    found = {
        path.relative_to(current).as_posix(): path.read_bytes()
        for path in sorted(current.rglob("*"))
        if path.is_file() and path.name not in EXEMPT and path.parent.name != "graph"
    }
    found["graph"] = graph_ntriples(current).encode()
    return found


def chosen(died: Died) -> list[int]:
    """Return the changes of the disk before which to kill.

    All kinds, two of those that are alike: that differ only in digits, or in the file of a folder
    that is being removed. Of those in a release that nobody sees yet, one in four.
    """
    alike: dict[str, list[int]] = {}
    for number, (event, place) in enumerate(died.changes, start=1):
        is_removal = event == "os.remove" and "/payloads/" not in place
        name = place.rpartition("/")[0] if is_removal else place
        kind = "link" if place.endswith(".link") else re.sub(r"[0-9a-f]{8,}|\d+", "#", name)
        alike.setdefault(f"{event} {kind}", []).append(number)
    found = sorted(number for some in alike.values() for number in {some[0], some[-1]})
    hidden = [number for number in found if _is_hidden(died.changes[number - 1][1])]
    return sorted({*found} - {*hidden} | {*hidden[::4]})


def _is_hidden(place: str) -> bool:
    return place.rpartition(" -> ")[2].startswith("output/releases/.partial-")


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
    (run,) = (path.name for path in (refusal.output / "held").iterdir())
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
    (run,) = (path.name for path in (refusal.output / "held").iterdir())
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
