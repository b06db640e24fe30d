"""The whole flow on real files: what is published, what stays, what is refused."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from pipeline import record_parts, release
from pipeline.catalogue_folder import load_settings
from pipeline.ending import Outcome
from pipeline.errors import (
    CataloomError,
    LockHeld,
    OutputError,
    RunRefused,
    SettingsError,
)
from pipeline.last_run import read_last_run
from pipeline.manifest import read_manifest
from pipeline.model import Record
from pipeline.run import run_catalogue
from tests import crash_story

ENTRIES = 33
EPOCH = "1795546800"


def run(folder: Path, **options: object) -> Outcome:
    return run_catalogue(load_settings(folder), **{"jobs": 1, **options})  # type: ignore[arg-type]


def records(folder: Path) -> dict[str, Record]:
    found = record_parts.read_records(release.current(folder / "output"))
    return {record.title[0].value: record for record in found}


def pages(folder: Path) -> list[Path]:
    return sorted((folder / "input" / "sepm-resources").glob("*.html"))


def replace(file: Path, old: str, new: str, count: int = -1) -> None:
    text = file.read_text("utf-8")
    assert old in text, f"{old!r} is not in {file.name}"
    file.write_text(text.replace(old, new, count), "utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    """Return what must be the same bytes in two runs of a catalogue folder."""
    return crash_story.contents(folder / "output")


def test_the_projects_own_listing_is_published_whole(own_release: Path) -> None:
    current = release.current(own_release / "output")
    manifest = read_manifest(current)
    assert manifest.records == ENTRIES
    books = manifest.books["sepm"]
    assert (books.extracted, books.created, books.declared_total) == (ENTRIES, ENTRIES, ENTRIES)
    assert release.verify(current) == []
    assert (current / "quarantine.jsonl").read_bytes() == b""
    names = {path.name for path in current.iterdir()}
    dumps = {f"catalogue.{kind}" for kind in ("ttl", "jsonld", "nt", "rdf")}
    assert names == dumps | {f"{name}.gz" for name in dumps} | {
        "vocabulary.ttl", "dataset.ttl", "changes.jsonl", "tombstones.jsonl", "provenance.nt.gz",
        "quarantine.jsonl", "issues.csv", "validation.ttl", "worklist.csv", "review.csv",
        "report.html", "records", "graph", "manifest.json",
    }  # fmt: skip
    assert not (own_release / "output" / "releases").joinpath(".partial").exists()
    last = read_last_run(own_release / "output")
    assert last is not None
    assert last.outcome in {"published", "unchanged"}, "another test may have run it again"


def test_a_second_run_without_changes_makes_no_release(catalogue_folder: Path) -> None:
    first = run(catalogue_folder)
    again = run(catalogue_folder)
    assert (first.kind, again.kind) == ("published", "unchanged")
    assert first.release == again.release
    assert len(list((catalogue_folder / "output" / "releases").iterdir())) == 1


def test_a_run_without_changes_imports_nothing_heavy(own_release: Path) -> None:
    code = """if True:
        import sys
        from pathlib import Path
        from pipeline.catalogue_folder import load_settings
        from pipeline.run import run_catalogue
        outcome = run_catalogue(load_settings(Path(sys.argv[1])))
        assert outcome.kind == "unchanged", outcome
        heavy = "rdflib pyshacl numpy pyoxigraph lxml shacl wordfreq ftfy rich orjson isal"
        print(sorted(set(heavy.split()) & set(sys.modules)))
    """
    done = subprocess.run(
        [sys.executable, "-c", code, str(own_release)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.slow
def test_two_runs_in_two_folders_are_the_same_bytes(
    catalogue_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    other = tmp_path / "another name"
    shutil.copytree(catalogue_folder, other)
    run(catalogue_folder)
    run(other, jobs=2)
    assert contents(catalogue_folder) == contents(other)


@pytest.mark.slow
def test_a_reordered_listing_moves_nothing_and_publishes_nothing(catalogue_folder: Path) -> None:
    run(catalogue_folder)
    before = records(catalogue_folder)
    first, *_, last = pages(catalogue_folder)
    swap = first.read_bytes(), last.read_bytes()
    last.write_bytes(swap[0])
    first.write_bytes(swap[1])
    outcome = run(catalogue_folder)
    assert outcome.kind == "unchanged"
    assert outcome.books["sepm"].unchanged == ENTRIES
    assert {title: one.id for title, one in records(catalogue_folder).items()} == {
        title: one.id for title, one in before.items()
    }
    assert run(catalogue_folder).kind == "unchanged"


@pytest.mark.slow
def test_a_corrected_title_keeps_its_iri(catalogue_folder: Path) -> None:
    run(catalogue_folder)
    before = records(catalogue_folder)["Customer Empowerment in Finance"]
    for page in pages(catalogue_folder):
        text = page.read_text("utf-8")
        page.write_text(text.replace("Customer Empowerment in Finance", "Empowered customers"))
    outcome = run(catalogue_folder)
    assert outcome.kind == "published"
    assert (outcome.books["sepm"].updated, outcome.books["sepm"].unchanged) == (1, ENTRIES - 1)
    after = records(catalogue_folder)["Empowered customers"]
    assert after.id == before.id
    assert set(before.keys) < set(after.keys)
    assert after.release == 2
    changes = (catalogue_folder / "output" / "current" / "changes.jsonl").read_bytes()
    (change,) = map(json.loads, changes.splitlines())
    assert change["change"] == "updated"
    assert set(change["fields"]) >= {"title"}
    assert any("found again by its abstract" in issue.message for issue in after.issues)


@pytest.mark.slow
def test_only_what_changed_gets_a_new_datestamp(catalogue_folder: Path) -> None:
    run(catalogue_folder)
    replace(pages(catalogue_folder)[2], "over-indebtedness", "too much debt")
    outcome = run(catalogue_folder)
    assert outcome.kind == "published"
    changed = outcome.books["sepm"].updated
    assert 0 < changed < ENTRIES
    stamps = [one.release for one in records(catalogue_folder).values()]
    assert stamps.count(2) == changed
    manifest = release.previous_manifest(catalogue_folder / "output")
    assert manifest is not None
    assert manifest.datestamps[0] < manifest.datestamps[1]


@pytest.mark.slow
def test_an_entry_that_vanishes_is_kept_and_marked(catalogue_folder: Path) -> None:
    run(catalogue_folder)
    pages(catalogue_folder)[-1].unlink()
    outcome = run(catalogue_folder)
    assert outcome.books["sepm"].kept == 3
    kept = [one for one in records(catalogue_folder).values() if one.missing_since]
    assert len(kept) == 3
    assert not any(one.missing for one in kept), "saved files: not counted"
    issues = (catalogue_folder / "output" / "current" / "issues.csv").read_text("utf-8-sig")
    assert "no longer shows this entry" in issues
    assert "30 were found" in issues
    assert run(catalogue_folder).kind == "unchanged"


@pytest.mark.slow
def test_a_source_that_is_taken_out_leaves_tombstones(catalogue_folder: Path) -> None:
    add_text_source(catalogue_folder)
    run(catalogue_folder)
    gone = {one.id for one in records(catalogue_folder).values() if one.source == "other"}
    assert gone
    (catalogue_folder / "input" / "other.toml").unlink()
    outcome = run(catalogue_folder)
    assert outcome.books["other"].newly_excluded == len(gone)
    current = release.current(catalogue_folder / "output")
    assert {stone.id for stone in record_parts.read_tombstones(current)} == gone
    assert b"deleted" in (current / "changes.jsonl").read_bytes()
    add_text_source(catalogue_folder)
    run(catalogue_folder)
    current = release.current(catalogue_folder / "output")
    assert record_parts.read_tombstones(current) == []
    assert {one.id for one in records(catalogue_folder).values() if one.source == "other"} == gone


OTHER = """437 entries were found.

Guide/Manual

How to read a balance sheet with your clients

A short guide for loan officers who explain accounts to people that never kept any. It shows the
way from a shoebox of receipts to a page that both sides understand, with exercises.

Publications

Ten years of listening to savers

What savers told the researchers about trust, distance and fees, in three countries and in their
own words, and what the institutions that heard them changed in their products afterwards.
"""


def add_text_source(folder: Path, text: str = OTHER, name: str = "other") -> None:
    (folder / "input" / f"{name}.txt").write_text(text, "utf-8")
    (folder / "input" / f"{name}.toml").write_text(
        f'kind = "text-listing"\nlocation = "{name}.txt"\nlanguages = ["en", "es"]\n'
        '[text]\nlabels = ["Guide/Manual", "Publications"]\n',
        "utf-8",
    )


@pytest.mark.slow
def test_one_source_that_fails_stops_no_other(catalogue_folder: Path) -> None:
    add_text_source(catalogue_folder)
    run(catalogue_folder)
    add_text_source(catalogue_folder, "")
    replace(pages(catalogue_folder)[2], "over-indebtedness", "too much debt")
    outcome = run(catalogue_folder)
    assert (outcome.kind, outcome.exit_code) == ("partial", 3)
    assert set(outcome.failed) == {"other"}
    assert outcome.books["sepm"].updated
    assert outcome.books["other"].kept == 2
    assert not any(one.missing_since for one in records(catalogue_folder).values())
    last = read_last_run(catalogue_folder / "output")
    assert last is not None
    assert (last.exit_code, last.fingerprint) == (3, "")


@pytest.mark.slow
def test_only_the_selected_source_is_run(catalogue_folder: Path) -> None:
    add_text_source(catalogue_folder)
    outcome = run(catalogue_folder, sources=["other"])
    assert set(outcome.books) == {"other"}
    assert len(records(catalogue_folder)) == 2
    outcome = run(catalogue_folder)
    assert outcome.books["other"].unchanged == 2
    assert outcome.books["sepm"].created == ENTRIES
    with pytest.raises(SettingsError, match="did you mean 'other'"):
        run(catalogue_folder, sources=["othr"])


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b"\x7fELF\x02\x01\x00\x00\x00\x00", "not text"),
        (b"<html><title>Weather</title><p>Rain and wind for three days.", "label"),
        (b"Recipes\n\nSoup\n\nBoil water, then add what there is in the house.\n", "label"),
    ],
)
@pytest.mark.slow
def test_input_that_is_no_listing_is_refused_and_what_was_published_stays(
    catalogue_folder: Path, content: bytes, expected: str
) -> None:
    shutil.rmtree(catalogue_folder / "input" / "sepm-resources")
    (catalogue_folder / "input" / "sepm-resources.toml").unlink()
    add_text_source(catalogue_folder)
    run(catalogue_folder)
    before = contents(catalogue_folder)
    (catalogue_folder / "input" / "other.txt").write_bytes(content)
    with pytest.raises(RunRefused) as caught:
        run(catalogue_folder)
    assert caught.value.exit_code == 4
    assert expected in str(caught.value).lower()
    assert "other.txt" in str(caught.value)
    assert contents(catalogue_folder) == before
    last = read_last_run(catalogue_folder / "output")
    assert last is not None
    assert last.outcome == "refused"


@pytest.mark.slow
def test_fifty_megabytes_of_text_end_soon_with_a_message(catalogue_folder: Path) -> None:
    add_text_source(catalogue_folder, "words and more words\n" * 2_600_000)
    outcome = run(catalogue_folder)
    assert outcome.exit_code == 3
    assert "50 MB" in outcome.failed["other"] or "52" in outcome.failed["other"]


@pytest.mark.slow
def test_entries_of_unknown_types_are_published_with_a_work_list(catalogue_folder: Path) -> None:
    for page in pages(catalogue_folder):
        page.write_text(page.read_text("utf-8").replace("Guidelines", "Gidelines"), "utf-8")
    outcome = run(catalogue_folder)
    assert outcome.books["sepm"].created == ENTRIES
    worklist = (catalogue_folder / "output" / "current" / "worklist.csv").read_text("utf-8-sig")
    assert "Gidelines" in worklist
    assert "Guidelines" in worklist


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("shapes/record.ttl", "@prefix", "@prefx", "record.ttl:"),
        ("ontology/context.jsonld", '"@context"', '"@context', "context.jsonld"),
        ("ontology/resource-types.ttl", " a skos:Concept", " a skos:Concept,, ", "resource-types"),
        ("shapes/resource.ttl", "sh:minCount", "sh:minCout", "did you mean"),
    ],
)
@pytest.mark.slow
def test_a_syntax_error_stops_the_run_before_it_begins(
    catalogue_folder: Path, file: str, old: str, new: str, expected: str
) -> None:
    run(catalogue_folder)
    before = contents(catalogue_folder)
    replace(catalogue_folder / file, old, new, 1)
    with pytest.raises(SettingsError) as caught:
        run(catalogue_folder)
    assert caught.value.exit_code == 2
    assert expected in str(caught.value)
    assert contents(catalogue_folder) == before


@pytest.mark.slow
def test_a_changed_base_or_key_is_refused_with_the_iris_that_would_break(
    catalogue_folder: Path,
) -> None:
    run(catalogue_folder)
    replace(catalogue_folder / "catalogue.toml", "w3id.org/sepm-resources", "example.org/x")
    with pytest.raises(SettingsError, match="33 IRIs would break"):
        run(catalogue_folder)
    replace(catalogue_folder / "catalogue.toml", "example.org/x", "w3id.org/sepm-resources")
    source = catalogue_folder / "input" / "sepm-resources.toml"
    replace(source, "[html]", 'key = ["title"]\n[html]') if "key =" not in source.read_text(
        "utf-8"
    ) else replace(source, '"title", "type"', '"title"')
    with pytest.raises(SettingsError, match="33 IRIs would break"):
        run(catalogue_folder)


@pytest.mark.slow
def test_a_source_with_too_many_violations_is_refused(catalogue_folder: Path) -> None:
    add_text_source(catalogue_folder)
    with (catalogue_folder / "catalogue.toml").open("a") as file:
        file.write("\n[validate]\nmost_results = 2\n")
    replace(catalogue_folder / "shapes" / "resource.ttl", "sh:minCount 1", "sh:minCount 9", 1)
    with pytest.raises(RunRefused) as caught:
        run(catalogue_folder)
    assert "every source failed or was refused" in str(caught.value)
    assert not (catalogue_folder / "output" / "current").exists()


@pytest.mark.slow
def test_a_rejected_record_keeps_its_last_valid_version(catalogue_folder: Path) -> None:
    run(catalogue_folder)
    title = "Customer Empowerment in Finance"
    before = records(catalogue_folder)[title]
    with (catalogue_folder / "shapes" / "resource.ttl").open("a", encoding="utf-8") as shapes:
        shapes.write(
            "\n<shape/no-empowered> a sh:NodeShape ; sh:targetClass schema:CreativeWork ;\n"
            '    sh:message "No title may speak of spoons." ; sh:property <shape/no-spoons> .\n'
            "<shape/no-spoons> a sh:PropertyShape ; sh:path dcterms:description ;\n"
            '    sh:message "No abstract may speak of spoons." ;\n'
            "    sh:not <shape/spoons> .\n"
            '<shape/spoons> a sh:NodeShape ; sh:message "spoons" ; sh:pattern "spoons" .\n'
        )
    for page in pages(catalogue_folder):
        text = page.read_text("utf-8")
        start = text.find(title)
        if start >= 0:
            end = text.index("</p>", start)
            page.write_text(text[:end] + " With spoons." + text[end:], "utf-8")
    outcome = run(catalogue_folder)
    books = outcome.books["sepm"]
    assert (books.rejected, books.kept) == (1, 1)
    after = records(catalogue_folder)[title]
    assert after.description == before.description
    assert after.release == before.release
    quarantine = (outcome.folder / "quarantine.jsonl").read_text("utf-8")
    assert "spoons" in quarantine


@pytest.mark.slow
def test_the_catalogues_own_description_is_validated(catalogue_folder: Path) -> None:
    with (catalogue_folder / "shapes" / "dataset.ttl").open("a", encoding="utf-8") as shapes:
        shapes.write(
            "\n<shape/needs-theme> a sh:NodeShape ; sh:targetClass dcat:Dataset ;\n"
            '    sh:message "The dataset must be about something." ;\n'
            "    sh:property <shape/theme-one> .\n"
            "<shape/theme-one> a sh:PropertyShape ; sh:path dcat:theme ; sh:minCount 1 ;\n"
            '    sh:severity sh:Warning ; sh:message "The dataset names no theme." .\n'
        )
    outcome = run(catalogue_folder)
    assert outcome.kind == "published"
    for name in ("issues.csv", "report.html"):
        assert "The dataset names no theme." in (outcome.folder / name).read_text("utf-8-sig")
    current = catalogue_folder / "output" / "current"
    assert "sh:conforms false" in (current / "validation.ttl").read_text("utf-8")


def test_an_output_that_cannot_be_written(catalogue_folder: Path) -> None:
    (catalogue_folder / "output").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="output: is a file; expected a folder"):
        run(catalogue_folder)


@pytest.mark.slow
def test_a_full_disk_leaves_what_was_published(
    catalogue_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(catalogue_folder)
    before = contents(catalogue_folder)
    replace(pages(catalogue_folder)[2], "over-indebtedness", "too much debt")

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(release, "sync", no_room)
    with pytest.raises(OutputError, match="No space left on device"):
        run(catalogue_folder)
    monkeypatch.undo()
    assert contents(catalogue_folder) == before
    assert run(catalogue_folder).kind == "published"


def test_two_runs_at_once(catalogue_folder: Path) -> None:
    settings = load_settings(catalogue_folder)
    with release.locked(settings.output), pytest.raises(LockHeld):
        run_catalogue(settings)


def test_books_that_do_not_balance_publish_nothing(
    catalogue_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline import accounts

    monkeypatch.setattr(accounts, "imbalance", lambda _: "extracted 2, accounted for 1")
    with pytest.raises(CataloomError, match="the books do not balance"):
        run(catalogue_folder)
    assert not (catalogue_folder / "output" / "current").exists()


def test_records_round_trip_as_state(own_release: Path) -> None:
    for record in records(own_release).values():
        assert msgspec.json.decode(msgspec.json.encode(record), type=Record) == record
