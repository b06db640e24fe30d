"""Releases: written aside, switched in at once, verified, locked; the clock only goes forward."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from pipeline import record_parts, release
from pipeline.errors import LockHeld, OutputError, ReleaseError, RunRefused
from pipeline.manifest import Manifest, read_manifest
from pipeline.model import Books, Locator, Record, Text, Tombstone

NOW = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)


def manifest(identifier: str = "20261124T190000Z", number: int = 1) -> Manifest:
    moment = release.stamp(NOW)
    return Manifest(
        id=identifier, number=number, base="https://example.org/", keys={},
        datestamps=(moment,) * number, switches=(moment,) * number,
    )  # fmt: skip


def publish(output: Path, identifier: str, content: str = "same") -> Path:
    partial = release.begin(output, identifier)
    (partial / "catalogue.nt").write_text(content, "utf-8")
    (partial / "tombstones.jsonl").write_bytes(b"")
    record_parts.write_records(
        partial / "records" / "part-00000.jsonl.gz", [record("a"), record("b")]
    )
    return release.switch(output, partial, manifest(identifier))


def record(key: str) -> Record:
    return Record(
        id=f"s-{key}", source="s", key=key, locator=Locator("0" * 64, "x", "entry 1"),
        title=(Text("Título", "es"),),
    )  # fmt: skip


def test_a_release_is_switched_in_and_read_back(tmp_path: Path) -> None:
    folder = publish(tmp_path, "20261124T190000Z")
    assert release.current(tmp_path) == folder
    assert (tmp_path / "current").readlink() == Path("releases/20261124T190000Z")
    assert [one.id for one in record_parts.read_records(folder)] == ["s-a", "s-b"]
    assert record_parts.read_tombstones(folder) == []
    assert read_manifest(folder).files["catalogue.nt"].size == 4
    assert release.verify(folder) == []
    assert release.previous_manifest(tmp_path) == read_manifest(folder)


def test_unchanged_files_are_hard_links_and_changed_ones_are_not(tmp_path: Path) -> None:
    first = publish(tmp_path, "20261124T190000Z")
    same = publish(tmp_path, "20261125T190000Z")
    other = publish(tmp_path, "20261126T190000Z", "other")
    assert (first / "catalogue.nt").samefile(same / "catalogue.nt")
    assert not (first / "catalogue.nt").samefile(other / "catalogue.nt")
    assert (first / "catalogue.nt").read_text("utf-8") == "same"


def test_a_file_system_without_hard_links_gets_copies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("no links here")

    first = publish(tmp_path, "20261124T190000Z")
    monkeypatch.setattr(os, "link", refuse)
    second = publish(tmp_path, "20261125T190000Z")
    assert not (first / "catalogue.nt").samefile(second / "catalogue.nt")
    assert release.verify(second) == []


def test_left_over_partial_releases_are_removed(tmp_path: Path) -> None:
    release.begin(tmp_path, "20261124T180000Z")
    partial = release.begin(tmp_path, "20261124T190000Z")
    assert [path.name for path in (tmp_path / "releases").iterdir()] == [partial.name]


def test_a_release_of_the_same_name_is_never_overwritten(tmp_path: Path) -> None:
    publish(tmp_path, "20261124T190000Z")
    with pytest.raises(RunRefused, match="exists already"):
        publish(tmp_path, "20261124T190000Z", "other")
    assert (release.current(tmp_path) / "catalogue.nt").read_text("utf-8") == "same"


def test_verify_names_what_is_missing_and_what_is_changed(tmp_path: Path) -> None:
    folder = publish(tmp_path, "20261124T190000Z")
    (folder / "catalogue.nt").write_text("else", "utf-8")
    (folder / "tombstones.jsonl").unlink()
    assert release.verify(folder) == [
        "catalogue.nt: its content is not what was published",
        "tombstones.jsonl: missing",
    ]


def test_nothing_published_is_said(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="nothing has been published yet"):
        release.current(tmp_path)
    assert release.previous_manifest(tmp_path) is None


def test_a_newer_format_and_a_damaged_manifest_are_refused(tmp_path: Path) -> None:
    folder = publish(tmp_path, "20261124T190000Z")
    file = folder / "manifest.json"
    data = json.loads(file.read_bytes())
    file.write_text(json.dumps({**data, "format": 99}), "utf-8")
    with pytest.raises(ReleaseError, match="format 99"):
        read_manifest(folder)
    file.write_text(json.dumps({**data, "number": "one"}), "utf-8")
    with pytest.raises(ReleaseError, match="damaged"):
        read_manifest(folder)
    file.write_text("{", "utf-8")
    with pytest.raises(ReleaseError, match="cannot be read"):
        read_manifest(folder)


def test_damaged_state_is_said(tmp_path: Path) -> None:
    folder = publish(tmp_path, "20261124T190000Z")
    part = folder / "records" / "part-00000.jsonl.gz"
    part.write_bytes(gzip.compress(b"{}\n"))
    with pytest.raises(ReleaseError, match="record part is damaged"):
        list(record_parts.read_records(folder))
    part.write_bytes(b"no gzip")
    with pytest.raises(ReleaseError, match="record part is damaged"):
        list(record_parts.read_records(folder))
    (folder / "tombstones.jsonl").write_text("{}", "utf-8")
    with pytest.raises(ReleaseError, match="tombstones are damaged"):
        record_parts.read_tombstones(folder)


def test_tombstones_are_read(tmp_path: Path) -> None:
    stone = Tombstone(id="s-a", source="s", keys=("a",), release=1, reason="source removed")
    (tmp_path / "tombstones.jsonl").write_bytes(msgspec.json.encode(stone) + b"\n")
    assert record_parts.read_tombstones(tmp_path) == [stone]


def test_the_same_records_are_the_same_bytes(tmp_path: Path) -> None:
    files = [tmp_path / "one.gz", tmp_path / "another-name.gz"]
    for file in files:
        record_parts.write_records(file, [record("a")])
    assert files[0].read_bytes() == files[1].read_bytes()


def test_the_lock_is_held_once_and_freed_by_a_death(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys, pathlib, time; from pipeline import release\n"
            "with release.locked(pathlib.Path(sys.argv[1])):\n"
            "    print('held', flush=True); time.sleep(60)",
            str(tmp_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockHeld) as caught, release.locked(tmp_path):
            pytest.fail("the lock was held twice")
        assert caught.value.exit_code == 5
        holder.kill()
    with release.locked(tmp_path):
        pass


def test_an_output_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("a file")
    output = tmp_path / "output"
    with pytest.raises(OutputError, match="output: is a file; exp"), release.locked(output):
        pass
    (tmp_path / "link").symlink_to("unmounted")
    with pytest.raises(OutputError, match="link: is a link to unmounted, which is no folder"):
        release.previous_manifest(tmp_path / "link")


def test_the_clock_obeys_source_date_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert release.stamp(release.clock()) == "1970-01-01T00:00:00Z"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(OutputError, match="SOURCE_DATE_EPOCH is 'soon'"):
        release.clock()
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert release.clock().microsecond == 0


def test_datestamps_only_go_forward() -> None:
    assert release.next_moment(NOW, None) == NOW
    later = release.next_moment(NOW, manifest())
    assert release.stamp(later) == "2026-11-24T19:00:01Z"
    future = datetime(2030, 1, 1, tzinfo=UTC)
    assert release.next_moment(future, manifest()) == future


def test_the_books_prove_themselves() -> None:
    assert release.imbalance(Books(extracted=2, created=1, merged=1)) == ""
    assert release.imbalance(Books(extracted=1, updated=1, previous=3, kept=1, deleted=1)) == ""
    assert release.imbalance(Books(extracted=1)) == "extracted 1, accounted for 0"
    assert release.imbalance(Books(previous=2, kept=1)) == "previous 2, accounted for 1"
