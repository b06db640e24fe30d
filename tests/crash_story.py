"""A catalogue just before a run that is disturbed, to be begun from again and again."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import msgspec

from pipeline import release
from pipeline.publish import graph_ntriples
from pipeline.runs import read_runs
from tests.crash_runs import Died, Runs, Wanted

EXEMPT = {"manifest.json", "report.html"}


class Story:
    """The catalogue in `folder`, copied to `work` for each run.

    `arguments` are those of the command, `epoch` the clock; `whole` is what an undisturbed run
    publishes, `undisturbed` how it ended.
    """

    def __init__(
        self,
        runs: Runs,
        folder: Path,
        epoch: int,
        arguments: tuple[str, ...] = ("run",),
        work: Path | None = None,
    ) -> None:
        self.runs, self.base = runs, folder
        self.work = work or folder.with_name("work")
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

    def do(self, **disturbed: object) -> Died:
        """Do the run, `disturbed` as `Wanted` says."""
        return self.runs.do(msgspec.structs.replace(self.wanted, **disturbed))

    def check_whole(self) -> None:
        """Check what clients and later runs rely on, right after a run was broken off."""
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
    that is being removed. Of those in a release that nobody sees yet, one in eight.
    """
    alike: dict[str, list[int]] = {}
    for number, (event, place) in enumerate(died.changes, start=1):
        is_removal = event == "os.remove" and "/payloads/" not in place
        name = place.rpartition("/")[0] if is_removal else place
        kind = "link" if place.endswith(".link") else re.sub(r"[0-9a-f]{8,}|\d+", "#", name)
        alike.setdefault(f"{event} {kind}", []).append(number)
    found = sorted(number for some in alike.values() for number in {some[0], some[-1]})
    hidden = [number for number in found if _is_hidden(died.changes[number - 1][1])]
    return sorted({*found} - {*hidden} | {*hidden[::8]})


def _is_hidden(place: str) -> bool:
    return place.rpartition(" -> ")[2].startswith("output/releases/.partial-")
