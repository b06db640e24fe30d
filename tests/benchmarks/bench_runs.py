"""What a nightly run costs where nothing changed, or one entry in a hundred; what releases take.

`python tests/benchmarks/bench_runs.py [--quick]`. Ratios of user + system CPU of whole processes
(`--jobs 1`, so that all of it is one process), and of bytes on the disk, hard links counted once.
Each entry is changed with a chance of one in a hundred, so that every second page of the listing
differs from night to night: the worst case for what is kept by the page.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.benchmarks import listing  # noqa: E402 - found only now
from tests.benchmarks.bench import CATALOOM, Use, measure, say  # noqa: E402

IMPORTS = "import requests, lxml.html, pyoxigraph"
SHARE = 0.01
STARTS = 9
NIGHTS = 30
BLOCK = 512  # bytes of a block, as POSIX counts them
END = "</p></div>"  # of an abstract in the made-up listing


def change(folder: Path, night: int, share: float = SHARE) -> int:
    """Change entries of a catalogue's listing by chance, others every night; return how many."""
    choose = random.Random(night)  # noqa: S311 - made-up text, no secret
    changed = 0
    for file in sorted((folder / "input" / "made-up").glob("*.html")):
        *abstracts, rest = file.read_text("utf-8").split(END)
        drawn = [choose.random() < share for _ in abstracts]
        if any(drawn):
            texts = (
                f"{text} Night {night}." if is_drawn else text
                for text, is_drawn in zip(abstracts, drawn, strict=True)
            )
            file.write_text(END.join((*texts, rest)), "utf-8")
        changed += sum(drawn)
    return changed


def run(folder: Path) -> Use:
    """Do one run."""
    return measure([*CATALOOM, "-C", folder, "run", "--jobs", "1"])


def disk(folder: Path) -> int:
    """Return the bytes of all files below a folder, hard links counted once."""
    files = (file.lstat() for file in folder.rglob("*") if file.is_file())
    found = {(status.st_dev, status.st_ino): status.st_blocks * BLOCK for status in files}
    return sum(found.values())


def told(what: str, figure: str, bar: str, is_met: bool) -> None:
    """Print one figure and its bar."""
    say(f"{what:<58}{figure:>8}  (bar {bar}){'' if is_met else '  MISSED'}")


def bench_nothing(count: int) -> None:
    """Compare a run that changes nothing with importing what a scraper imports."""
    with tempfile.TemporaryDirectory() as name:
        folder = listing.write_catalogue(count, Path(name) / "catalogue")
        run(folder)
        pairs = [
            (run(folder).cpu, measure([sys.executable, "-c", IMPORTS]).cpu) for _ in range(STARTS)
        ]
    ratio = statistics.median(ours / peer for ours, peer in pairs)
    what = f"a run of {count} records without changes / {IMPORTS}"
    told(what, f"{ratio:.2f}x", "at most 1.5", ratio <= 1.5)


def bench_change(count: int) -> None:
    """Compare runs that change nothing, or one in a hundred, with the first."""
    with tempfile.TemporaryDirectory() as name:
        folder = listing.write_catalogue(count, Path(name) / "catalogue")
        first = run(folder)
        same = run(folder).cpu / first.cpu
        told(f"… of {count} records / the first run", f"{same:.1%}", "at most 10 %", same <= 0.1)
        nights = []
        for night in (1, 2):
            changed = change(folder, night)
            nights.append(run(folder).cpu / first.cpu)
        some = statistics.mean(nights)
        what = f"a run with {changed / count:.1%} changed / the first run"
        told(what, f"{some:.1%}", "at most 40 %", some <= 0.4)


def bench_disk(count: int, nights: int) -> None:
    """Compare what releases take on the disk with what one takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = listing.write_catalogue(count, Path(name) / "catalogue")
        run(folder)
        output = folder / "output"
        before = {what: disk(output / what) for what in ("releases", "payloads", "remembered")}
        for night in range(1, nights):
            change(folder, night)
            run(folder)
        after = {what: disk(output / what) for what in before}
    ratio = after["releases"] / before["releases"]
    told(f"{nights} releases of {count} records / one", f"{ratio:.2f}x", "at most 3", ratio <= 3)
    whole = sum(after.values()) / sum(before.values())
    say(
        f"    with payloads and memory {whole:.2f}x; these are "
        f"{(before['payloads'] + before['remembered']) / before['releases']:.0%} of one release"
    )


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does it run at all?")
    arguments = parser.parse_args()
    bench_nothing(20 if arguments.quick else 437)
    bench_change(100 if arguments.quick else 100_000)
    bench_disk(*((50, 3) if arguments.quick else (5_000, NIGHTS)))


if __name__ == "__main__":
    main()
