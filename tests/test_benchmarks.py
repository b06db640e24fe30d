"""The benchmarks run, on tiny sizes; no test asserts a time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_every_benchmark_runs() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "benchmarks" / "bench.py"), "--quick"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for expected in ("cataloom --help", "HTML pages of 500 entries", "CSV of 20,000 rows",
                     "shacl against pyshacl", "a whole run", "without changes /",
                     "changed / the first run", "releases of", "cataloom nt"):  # fmt: skip
        assert expected in done.stdout
    rows = [line for line in done.stdout.splitlines() if line.startswith("cataloom nt")]
    assert all("yes, " in row for row in rows), "the graph is not the one that was to be written"
