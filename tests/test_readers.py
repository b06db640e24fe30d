"""Readers while releases are switched: whoever opens `current` finds a whole release, always."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from pipeline import release
from pipeline.manifest import Manifest
from pipeline.retention import prune
from pipeline.settings import RetentionSettings
from tests.conftest import ROOT
from tests.small_catalogue import QUICK, SmallCatalogue, entries

READS = 10_000
SWITCHES = 500
RUNS = 8
NOW = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)
KEEP = RetentionSettings(keep_last=2, keep_monthly=0)
LEFT_BEHIND = 2  # releases after which a reader of an old one may find it thinned or gone


class Seen(msgspec.Struct):
    """What a reader met: reads, releases, and what went wrong."""

    reads: int = 0
    releases: int = 0
    errors: list[str] = []


def read_on(current: Path, begun: Path, stop: Path) -> Seen:
    """Read through the link, again and again, until told to stop and enough has been read.

    In turn as a client does that opens one file, and as one that looks where the link leads and
    reads several files there.
    """
    seen = Seen(errors=[])
    numbers = set()
    while seen.reads < READS or not stop.exists():
        try:
            manifest = parsed(current / "manifest.json")
            (current / "catalogue.nt").read_bytes()
            numbers.add(manifest.number)
        except OSError as error:
            seen.errors.append(f"through the link: {error}")
        folder = current.resolve()
        try:
            manifest = parsed(folder / "manifest.json")
            data = (folder / "catalogue.nt").read_bytes()
            if hashlib.sha256(data).hexdigest() != manifest.files["catalogue.nt"].sha256:
                seen.errors.append(f"{folder.name} is no whole release")
        except (OSError, KeyError) as error:
            if parsed(current / "manifest.json").number < manifest.number + LEFT_BEHIND:
                seen.errors.append(f"in {folder.name}: {error}")
        seen.reads += 2
        begun.touch()
    seen.releases = len(numbers)
    return seen


def parsed(file: Path) -> Manifest:
    return msgspec.json.decode(file.read_bytes(), type=Manifest)


@contextmanager
def reader(output: Path, found: list[Seen]) -> Iterator[None]:
    """Let another process read for as long as the context lasts."""
    begun, stop = output.with_name("begun"), output.with_name("stop")
    code = (
        "import sys, msgspec; from pathlib import Path; from tests.test_readers import read_on\n"
        "seen = read_on(*map(Path, sys.argv[1:]))\n"
        "sys.stdout.write(msgspec.json.encode(seen).decode())"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(output / "current"), str(begun), str(stop)],
        cwd=ROOT, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            while not begun.exists() and process.poll() is None:
                time.sleep(0.001)
            yield
        finally:
            stop.touch()
        told, _ = process.communicate(timeout=120)
    found.append(msgspec.json.decode(told, type=Seen))


def publish(output: Path, number: int) -> None:
    """Make a release of few files, and let old ones go."""
    moment = NOW + timedelta(seconds=number)
    stamps = tuple(release.stamp(NOW + timedelta(seconds=n)) for n in range(1, number + 1))
    partial = release.begin(output, f"{moment:%Y%m%dT%H%M%SZ}")
    (partial / "catalogue.nt").write_text(f"<s> <p> <{number}> .\n" * 50, "utf-8")
    (partial / "changes.jsonl").write_bytes(b"")
    (partial / "tombstones.jsonl").write_bytes(b"")
    manifest = Manifest(
        id=f"{moment:%Y%m%dT%H%M%SZ}", number=number, base="https://example.org/", keys={},
        datestamps=stamps, switches=stamps, payloads=(),
    )  # fmt: skip
    release.switch(output, partial, manifest)
    prune(output, KEEP)


@pytest.mark.slow
def test_ten_thousand_reads_during_many_switches(tmp_path: Path) -> None:
    output = tmp_path / "output"
    found: list[Seen] = []
    publish(output, 1)
    with reader(output, found):
        for number in range(2, SWITCHES):
            publish(output, number)
    assert found[0].errors == []
    assert found[0].reads >= READS
    assert found[0].releases > SWITCHES / 10


@pytest.mark.slow
def test_ten_thousand_reads_during_whole_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    retention = f"\n[retention]\nkeep_last = {KEEP.keep_last}\nkeep_monthly = 0\n"
    small = SmallCatalogue(tmp_path / "small", QUICK + retention)
    small.write(entries(3))
    small.run()
    found: list[Seen] = []
    with reader(small.output, found):
        for count in range(4, 4 + RUNS):
            monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp()) + count))
            small.write(entries(count))
            assert small.run().kind == "published"
    assert found[0].errors == []
    assert found[0].reads >= READS
    assert found[0].releases == RUNS + 1
