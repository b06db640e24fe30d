"""`make bench`: our figures, each a ratio of user + system CPU of whole processes, in one run.

`python tests/benchmarks/bench.py [--peers-python PYTHON] [--quick]`. No figure is an absolute time
to be compared between machines. See docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tests.benchmarks import corpus, listing  # noqa: E402 - found only now

CATALOOM = [sys.executable, "-m", "pipeline"]
STARTS = 7


class Use(msgspec.Struct, frozen=True):
    """What a process and its children took: CPU seconds, peak megabytes of the largest one."""

    cpu: float
    peak: float


def measure(command: Sequence[str | Path]) -> Use:
    """Run a command to its end; raises `CalledProcessError` where it fails."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [str(part) for part in command], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    _, status, use = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(map(str, command)))
    return Use(use.ru_utime + use.ru_stime, use.ru_maxrss / 1024)


def say(line: str = "") -> None:
    """Print a line now."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def row(what: str, ours: Use, peer: Use, bar: str) -> None:
    """Print one comparison: how many times our CPU the peer takes."""
    say(
        f"{what:<58}{peer.cpu / ours.cpu:>7.1f}x  (bar {bar})  peak {ours.peak:.0f} / "
        f"{peer.peak:.0f} MB"
    )


def bench_start() -> None:
    """Compare `cataloom --help` with importing its command-line library."""
    pairs = [
        (measure([*CATALOOM, "--help"]).cpu, measure([sys.executable, "-c", "import typer"]).cpu)
        for _ in range(STARTS)
    ]
    ratio = statistics.median(ours / peer for ours, peer in pairs)
    say(f"{'cataloom --help / import typer':<58}{ratio:>7.2f}x  (bar at most 2)")


def bench_shacl(count: int) -> None:
    """Compare the two engines on the same records, shapes and vocabulary."""
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "corpus.jsonl"
        corpus.write(count, file)
        script = HERE / "shacl_contenders.py"
        nothing, ours, peer = (
            measure([sys.executable, script, engine, file])
            for engine in ("none", "shacl", "pyshacl")
        )
    bare = Use(max(ours.cpu - nothing.cpu, 0.001), ours.peak)
    row(
        f"shacl against pyshacl, {count} records",
        bare,
        Use(peer.cpu - nothing.cpu, peer.peak),
        "40",
    )


def bench_run(count: int) -> None:
    """Compare a whole run with the same job written plainly; model loading is taken off both."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        folder = listing.write_catalogue(count, work / "catalogue")
        small = listing.write_catalogue(1, work / "small")
        plain = [sys.executable, "-m", "tests.benchmarks.plain_peer"]
        load_ours = measure([*CATALOOM, "-C", small, "run", "--jobs", "1"])
        load_plain = measure([*plain, small, work / "plain-small"])
        ours = measure([*CATALOOM, "-C", folder, "run", "--jobs", "1"])
        peer = measure([*plain, folder, work / "plain"])
        row(
            f"a whole run, {count} records, without start and models",
            Use(ours.cpu - load_ours.cpu, ours.peak),
            Use(peer.cpu - load_plain.cpu, peer.peak),
            "4",
        )
        say(
            f"    with them: {peer.cpu / ours.cpu:.1f}x; start and models are "
            f"{load_ours.cpu / ours.cpu:.0%} of our run, {load_plain.cpu / peer.cpu:.0%} of theirs"
        )
        again = measure([*CATALOOM, "-C", folder, "run", "--jobs", "1"])
        say(f"    a second run without changes takes {again.cpu / ours.cpu:.1%} of the first")
        say("    share of each stage:")
        shares = subprocess.run(
            [sys.executable, str(HERE / "stage_shares.py"), str(work / "catalogue")],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
            check=True,
        ).stdout  # fmt: skip
        say(shares.rstrip())


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--peers-python", default="", help="a Python with maplib and morph-kgc")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does it run at all?")
    arguments = parser.parse_args()
    bench_start()
    quick = ["--quick"] if arguments.quick else []
    subprocess.run([sys.executable, str(HERE / "bench_extract.py"), *quick], check=True)
    bench_shacl(50 if arguments.quick else 5_000)
    bench_run(50 if arguments.quick else 10_000)
    subprocess.run([sys.executable, str(HERE / "bench_runs.py"), *quick], check=True)
    sizes = ["100"] if arguments.quick else ["10000", "100000"]
    command = [sys.executable, str(HERE / "bench_map.py"), "--sizes", *sizes]
    if arguments.peers_python:
        command += ["--peers-python", arguments.peers_python]
    with tempfile.TemporaryDirectory() as name:
        subprocess.run([*command, "--json", str(Path(name) / "map.json")], check=True)


if __name__ == "__main__":
    main()
