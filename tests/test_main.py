"""The command line: every command as its users call it, every exit code they may meet."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline import VERSION, record_parts, release
from pipeline.__main__ import main
from pipeline.ending import Outcome
from pipeline.progress import Progress
from tests.conftest import copy_catalogue

SEED = "seeds/000_7c6ca8c3451fdc43.txt"
SOURCE = """kind = "text-listing"
location = "listing.txt"
languages = ["en", "es", "fr", "pt"]
[text]
labels = ["Case studies & Field examples", "Tools & Templates", "Guide/Manual", "Guidelines",
          "Publications"]
"""


def call(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    code = ended.value.code
    assert code is None or isinstance(code, int)
    return code or 0


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert call("version") == 0
    assert capsys.readouterr().out == f"cataloom {VERSION}\n"
    assert call("--help") == 0
    assert "linked-data catalogue" in capsys.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['cataloom', '--help']; from pipeline.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = 'rdflib pyshacl numpy pyoxigraph lxml shacl rich msgspec orjson requests'\n"
        "print('HEAVY', sorted(set(heavy.split()) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("HEAVY []\n")


def test_wrong_usage_and_a_folder_without_catalogue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("runn") == 2
    assert call("-C", str(tmp_path), "run") == 2
    assert "catalogue.toml: there is no such file" in capsys.readouterr().err


def test_run_check_query_explain(own_release: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(own_release)
    assert call("-C", folder, "run", "--jobs", "1") == 0
    assert capsys.readouterr() == ("", ""), "a run that goes well says nothing to a scheduler"
    assert call("-C", folder, "check") == 0
    assert capsys.readouterr().out == ""
    assert call("-C", folder, "explain", "Garment", "Workers") == 0
    assert "Garment Workers Experience" in capsys.readouterr().out
    assert call("-C", folder, "explain", "no", "such", "thing") == 2
    assert "; next: " in capsys.readouterr().err


def test_query_takes_text_file_and_standard_input(own_release: Path, tmp_path: Path) -> None:
    ask = "SELECT (COUNT(?r) AS ?n) { ?r a schema:CreativeWork }"
    file = tmp_path / "question.rq"
    file.write_text(ask, "utf-8")
    command = [sys.executable, "-m", "pipeline", "-C", str(own_release), "query"]
    for more, given in (([ask], ""), (["-f", str(file)], ""), (["-f", "-"], ask)):
        done = subprocess.run(
            [*command, "--format", "csv", *more], input=given, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        assert done.stdout.splitlines() == ["n", "33"]


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        ([], 2, "no query"),
        (["ASK {}", "-f", "x"], 2, "two queries"),
        (["-f", "missing.rq"], 2, "cannot be read"),
        (["SELEKT ?s {}"], 2, "SELE"),
        (["ASK {}", "--format", "turtle"], 2, "turtle"),
        (["SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "--timeout", "0.3"], 6, ""),
    ],
)
def test_queries_that_fail(
    own_release: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    expected: str,
) -> None:
    assert call("-C", str(own_release), "query", *arguments) == code
    said = capsys.readouterr().err
    assert said.startswith("cataloom: ")
    assert expected in said


def test_a_query_before_the_first_release(
    catalogue_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("-C", str(catalogue_folder), "query", "ASK {}") == 7
    assert "cataloom run" in capsys.readouterr().err


def test_check_finds_what_is_wrong(
    catalogue_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shapes = catalogue_folder / "shapes" / "resource.ttl"
    shapes.write_text(shapes.read_text("utf-8").replace("sh:minCount", "sh:minCout", 1), "utf-8")
    assert call("-C", str(catalogue_folder), "check") == 2
    assert "minCout" in capsys.readouterr().out


@pytest.mark.slow
def test_a_run_that_fails_in_part_or_whole_says_why(
    catalogue_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (catalogue_folder / "input" / "other.toml").write_text(SOURCE, "utf-8")
    assert call("-C", str(catalogue_folder), "run", "--jobs", "1") == 3
    said = capsys.readouterr().err
    assert "source other: " in said
    assert "listing.txt" in said
    assert call("-C", str(catalogue_folder), "run", "--source", "other") == 4
    with release.locked(catalogue_folder / "output"):
        assert call("-C", str(catalogue_folder), "run") == 5


@pytest.mark.slow
def test_decisions_are_taken_up(
    catalogue_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(catalogue_folder)
    (catalogue_folder / "input" / "decisions.csv").unlink()
    assert call("-C", folder, "run", "--jobs", "1") == 0
    review = catalogue_folder / "output" / "current" / "review.csv"
    rows = list(csv.DictReader(io.StringIO(review.read_text("utf-8-sig"))))
    assert len(rows) > 50
    for row in rows:
        row["decision"] = "accept"
    filled = tmp_path / "review.csv"
    with filled.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    assert call("-C", folder, "decide", str(filled)) == 0
    assert f"{len(rows)} decisions taken up" in capsys.readouterr().err
    assert call("-C", folder, "run", "--jobs", "1") == 0
    published = list(record_parts.read_records(release.current(catalogue_folder / "output")))
    assert sum(len(record.subjects) for record in published) == len(rows)
    assert not any(record.suggestions for record in published)
    filled.write_text("record,property,value,decision\nx,subject,y,perhaps\n", "utf-8")
    assert call("-C", folder, "decide", str(filled)) == 2


@pytest.mark.slow
def test_the_real_listing_in_a_fresh_folder(
    shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "fresh"
    assert call("init", str(folder), "--base", "https://example.org/fresh/") == 0
    assert "is a catalogue folder now" in capsys.readouterr().err
    (folder / "input" / "listing.txt").write_bytes((shared / SEED).read_bytes())
    (folder / "input" / "seed.toml").write_text(SOURCE, "utf-8")
    assert call("-C", str(folder), "run", "--jobs", "1") == 0
    current = release.current(folder / "output")
    found = {one.title[0].value: one for one in record_parts.read_records(current)}
    assert len(found) == 10
    assert "10 of 437" in (current / "issues.csv").read_text("utf-8-sig")
    tags = sorted((one.title[0].language, one.description[0].language) for one in found.values())
    assert tags == [("en", "en")] * 7 + [("es", "es"), ("pt", "es"), ("pt", "pt")]
    repairs = [
        (evidence.before, evidence.after)
        for one in found.values()
        for evidence in one.evidence
        if evidence.rule.startswith("encoding.")
    ]
    assert len(repairs) == 20
    assert ("relaçÔes", "relações") in repairs
    assert {len(one.types) for one in found.values()} == {1}
    assert len({one.types for one in found.values()}) == 5
    assert "sh:conforms true" in (current / "validation.ttl").read_text("utf-8")
    assert (current / "quarantine.jsonl").read_bytes() == b""
    capsys.readouterr()
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "-C", str(folder), "query", "--format", "csv",
         "SELECT ?title ?type { ?r dcterms:title ?title ; dcterms:type/skos:prefLabel ?type "
         'FILTER (lang(?title) = "pt" && lang(?type) = "en") } ORDER BY ?title'],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["type"] for row in rows] == [
        "Tools and templates",
        "Case studies and field examples",
    ]
    assert rows[1]["title"] == "SMART Note Cobrança com dignidade no FinComún"


@pytest.mark.slow
def test_an_interrupted_run_leaves_nothing_behind(catalogue_folder: Path) -> None:
    command = [sys.executable, "-m", "pipeline", "-C", str(catalogue_folder), "run"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    releases = catalogue_folder / "output" / "releases"
    deadline = time.monotonic() + 30
    while not releases.is_dir() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130
    assert list(releases.iterdir()) == []
    assert not (catalogue_folder / "output" / "current").exists()
    assert call("-C", str(catalogue_folder), "run", "--jobs", "1") == 0


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("published", "Published: 2026"), ("unchanged", "Nothing changed"), ("partial", "Published")],
)
def test_a_person_at_a_terminal_is_told(kind: str, expected: str, tmp_path: Path) -> None:
    from pipeline.model import Books

    stream = Terminal()
    failed = {"other": "listing.txt: is empty"} if kind == "partial" else {}
    outcome = Outcome(
        kind=kind, exit_code=0, release="20261124T190000Z", folder=tmp_path, failed=failed,
        books={"sepm": Books(extracted=33, created=33)},
    )  # fmt: skip
    with Progress(stream) as progress:
        progress.tell("[sepm] extract")
    progress.end(outcome)
    assert expected in stream.getvalue()
    assert ("cataloom: source " in stream.getvalue()) == (kind == "partial")


@pytest.mark.slow
def test_an_output_folder_on_a_full_disk(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(disk)],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a small disk")
    try:
        folder = copy_catalogue(tmp_path / "catalogue")
        (folder / "output").symlink_to(disk)
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", "-C", str(folder), "run", "--jobs", "1"],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 1, done.stderr
        assert "No space left on device" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (disk / "current").exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)
