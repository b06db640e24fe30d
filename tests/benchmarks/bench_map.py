"""Record -> RDF, against the libraries and mappers of the field, in one run.

`python tests/benchmarks/bench_map.py [--peers-python PYTHON] [--sizes 10000 100000] [--json FILE]`

Each contender is a process of its own on the same corpus. `job` is the CPU (user and system, of the
whole process tree) of the job alone; `whole` also counts the start, imports and making ready.
`-ready` contenders begin with records, or terms, that are in memory. Ratios are of `job`. Every
output is parsed again and its graph compared with ours.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.model import Record  # noqa: E402 - found only now
from tests.benchmarks import corpus  # noqa: E402

PEERS = ("maplib nt", "morph-kgc nt")
OURS = (
    "cataloom nt",
    "pyoxigraph nt",
    "rdflib nt",
    "cataloom ttl",
    "pyoxigraph ttl",
    "cataloom jsonld",
    "pyoxigraph jsonld",
    "cataloom-ready ttl",
    "pyoxigraph-ready ttl",
    "cataloom-ready jsonld",
    "pyoxigraph-ready jsonld",
    "cataloom rdf",
    "rdflib rdf",
)
BARS = {
    "rdflib nt": 25.0,
    "pyoxigraph nt": 3.0,
    "maplib nt": 6.0,
    "morph-kgc nt": 20.0,
    "pyoxigraph ttl": 1.2,
    "pyoxigraph jsonld": 2.5,
}
"""How many times the CPU of ours each peer is to take, at least."""


REPEATS = 3
QUICK = 4.0
"""Seconds of CPU below which a contender is run more than once: chance counts for more there."""


class Result(msgspec.Struct):
    """What one contender took: CPU seconds, peak megabytes, whether its graph is ours."""

    contender: str
    records: int
    job: float
    whole: float
    peak: float
    same_graph: str
    ratio: float = 0.0
    bar: float = 0.0
    failure: str = ""


def write_table(records: Iterable[Record], file: Path) -> None:
    """Write the flat table that the mappers read; it is not part of what they are measured on."""
    scope = corpus.SCOPE
    names = [
        *("resource", "record", "class", "title", "title_language", "description"),
        *("description_language", "type", "language", "issued_gYear", "issued_gYearMonth"),
        *("issued_date", "issued_edtf", "year", "creator", "creator_name", "subject_1"),
        *("subject_2", "suggestion", "suggested", "matched", "matched_language", "page"),
        *("modified", "source", "licence", "dataset"),
    ]
    with file.open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, names)
        table.writeheader()
        for record in records:
            iri = f"{scope.base}resource/{record.id}"
            row = {
                "resource": iri,
                "record": f"{scope.base}record/{record.id}",
                "class": record.classes[0],
                "title": record.title[0].value,
                "title_language": record.title[0].language,
                "description": record.description[0].value,
                "description_language": record.description[0].language,
                "type": record.types[0],
                "language": scope.language_iris[record.languages[0]] if record.languages else "",
                "page": record.pages[0],
                "modified": scope.modified[record.release],
                "source": scope.homepages[record.source],
                "licence": scope.metadata_licence,
                "dataset": scope.dataset,
            }
            row |= {f"subject_{n}": subject for n, subject in enumerate(record.subjects, 1)}
            if record.issued is not None:
                row["year"] = record.issued.year
                row[f"issued_{record.issued.precision}"] = record.issued.value
            for agent in record.creators:
                row |= {"creator": f"{iri}#creator-1", "creator_name": agent.name}
            for suggestion in record.suggestions:
                row |= {"suggestion": f"{iri}#suggestion-1", "suggested": suggestion.concept}
                label = suggestion.label
                row |= {"matched": label.value, "matched_language": label.language}
            table.writerow(row)


def graph_digest(file: Path, syntax: str) -> tuple[int, str]:
    """Return the number of different triples in `file` and a digest of them.

    In a process of its own: a child's peak memory is never less than what its parent held.
    """
    command = [sys.executable, str(Path(__file__)), "--digest", str(file), syntax]
    count, digest = subprocess.check_output(command, text=True).split()
    return int(count), digest


def say_digest(file: Path, syntax: str) -> None:
    """Print what `graph_digest` returns."""
    import pyoxigraph

    formats = {
        "nt": pyoxigraph.RdfFormat.N_TRIPLES,
        "ttl": pyoxigraph.RdfFormat.TURTLE,
        "jsonld": pyoxigraph.RdfFormat.JSON_LD,
        "rdf": pyoxigraph.RdfFormat.RDF_XML,
    }
    lines = {
        hashlib.blake2b(str(quad).encode(), digest_size=16).digest()
        for quad in pyoxigraph.parse(path=str(file), format=formats[syntax])
    }
    digest = hashlib.sha256(b"".join(sorted(lines))).hexdigest()
    sys.stdout.write(f"{len(lines)} {digest}")


def measure(python: str, contender: str, given: Path, output: Path, count: int) -> Result:
    """Run one contender and return what it took; quick ones thrice, of which the least counts."""
    results = [_once(python, contender, given, output, count)]
    while len(results) < REPEATS and not results[0].failure and results[0].whole < QUICK:
        results.append(_once(python, contender, given, output, count))
    return min(results, key=lambda result: result.job)


def _once(python: str, contender: str, given: Path, output: Path, count: int) -> Result:
    script = HERE / ("map_peers.py" if contender in PEERS else "map_contenders.py")
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complaints:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen(
            [python, str(script), contender, str(given), str(output)],
            stdout=said,
            stderr=complaints,
            env=environment,
        )
        _, status, use = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        complaints.seek(0)
        text, complaint = said.read(), complaints.read().decode("utf-8", "replace")
    result = Result(contender, count, 0.0, use.ru_utime + use.ru_stime, use.ru_maxrss / 1024, "")
    if process.returncode:
        result.failure = complaint.strip().rpartition("\n")[2] or f"exit {process.returncode}"
    else:
        result.job = float(json.loads(text)["cpu"])
    return result


def run(size: int, peers_python: str, folder: Path) -> list[Result]:
    """Measure every contender on `size` records."""
    lines, table = folder / "corpus.jsonl", folder / "corpus.csv"
    corpus.write(size, lines)
    write_table(corpus.generate(size), table)
    results: list[Result] = []
    jobs: dict[str, float] = {}
    expected: tuple[int, str] = (0, "")
    for contender in (*OURS, *(PEERS if peers_python else ())):
        name, _, syntax = contender.partition(" ")
        output = folder / f"output.{syntax}"
        output.unlink(missing_ok=True)
        peer = contender in PEERS
        python, given = (peers_python, table) if peer else (sys.executable, lines)
        result = measure(python, contender, given, output, size)
        if not result.failure:
            found = graph_digest(output, syntax)
            if contender == "cataloom nt":
                expected = found
            plain = " (texts without language)" if contender == "maplib nt" else ""
            same = found == expected or (bool(plain) and found[0] == expected[0])
            result.same_graph = f"{'yes' if same else 'NO'}, {found[0]}{plain}"
            job = syntax + ("-ready" if name.endswith("-ready") else "")
            if name.startswith("cataloom"):
                jobs[job] = result.job
            elif jobs.get(job):
                result.ratio = result.job / jobs[job]
            result.bar = BARS.get(contender, 0.0)
        results.append(result)
    return results


def table_of(results: list[Result]) -> str:
    """Return the results as a table for people."""
    lines = [
        f"{'contender':<24}{'records':>8}{'job s':>9}{'whole s':>9}{'rec/s':>9}{'peak MB':>9}"
        f"{'ratio':>8}{'bar':>6}  graph"
    ]
    for result in results:
        if result.failure:
            lines.append(f"{result.contender:<24}{result.records:>8}  failed: {result.failure}")
            continue
        ratio = f"{result.ratio:.1f}" if result.ratio else ""
        bar = f"{result.bar:g}" if result.bar else ""
        missed = "  BELOW" if result.ratio < result.bar else ""
        lines.append(
            f"{result.contender:<24}{result.records:>8}{result.job:>9.2f}{result.whole:>9.2f}"
            f"{result.records / result.job:>9.0f}{result.peak:>9.0f}{ratio:>8}{bar:>6}"
            f"  {result.same_graph}{missed}"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print a table, and write JSON where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--peers-python", default="", help="a Python with maplib and morph-kgc")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--json", type=Path, help="where to write the results as JSON")
    arguments = parser.parse_args()
    results: list[Result] = []
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            part = run(size, arguments.peers_python, Path(folder))
        sys.stdout.write(table_of(part) + "\n")
        sys.stdout.flush()
        results += part
    written = msgspec.json.format(msgspec.json.encode(results))
    if arguments.json:
        arguments.json.write_bytes(written + b"\n")
    else:
        sys.stdout.write(written.decode() + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--digest"]:
        say_digest(Path(sys.argv[2]), sys.argv[3])
    else:
        main()
