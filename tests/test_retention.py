"""Which releases are kept, what they refer to, and what a person is told of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import record_parts, release
from pipeline.__main__ import main
from pipeline.damage import all_damage
from pipeline.history import as_table
from pipeline.manifest import Manifest, read_manifest
from pipeline.retention import to_keep
from pipeline.settings import RetentionSettings
from tests.small_catalogue import QUICK, SmallCatalogue, entries

pytestmark = pytest.mark.slow  # whole runs

KEEP_TWO = QUICK + "\n[retention]\nkeep_last = 2\nkeep_monthly = 0\n"
EPOCH = 1_795_546_800
DAY = 86_400


def manifest(number: int, switched: str) -> Manifest:
    return Manifest(
        id=f"r{number}", number=number, base="", keys={}, datestamps=(switched,),
        switches=(switched,),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("last", "monthly", "kept"),
    [
        (1, 0, {"r5"}),
        (2, 0, {"r5", "r4"}),
        (1, 1, {"r5"}),
        (1, 2, {"r5", "r3"}),
        (1, 9, {"r5", "r3", "r1"}),
        (99, 0, {"r1", "r2", "r3", "r4", "r5"}),
    ],
)
def test_the_last_ones_and_the_last_of_each_month(last: int, monthly: int, kept: set[str]) -> None:
    dates = ("2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01", "2026-03-02")
    manifests = [manifest(number, date) for number, date in enumerate(dates, 1)]
    assert to_keep(manifests, "r5", RetentionSettings(last, monthly)) == kept
    assert "r2" in to_keep(manifests, "r2", RetentionSettings(last, monthly))


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallCatalogue:
    small = SmallCatalogue(tmp_path / "small", KEEP_TWO)
    small.write(entries(2), "second")
    for day in range(4):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + day * DAY))
        small.write(entries(day + 1))
        small.run()
    return small


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_old_releases_go_and_payloads_with_them(small: SmallCatalogue) -> None:
    assert names(small.output / "releases") == {"20261126T190000Z", "20261127T190000Z"}
    kept = [read_manifest(one) for one in release.releases(small.output)]
    wanted = {digest for one in kept for digest in one.payloads or ()}
    assert names(small.output / "payloads") == wanted
    assert len(wanted) == 3  # two states of one listing, one of the other
    for record in record_parts.read_records(small.current):
        assert (small.output / "payloads" / record.locator.payload).is_file()
    assert all_damage(small.output).problems == []


def test_payloads_stay_where_a_release_does_not_say_what_it_needs(small: SmallCatalogue) -> None:
    older = release.releases(small.output)[0] / "manifest.json"
    older.write_text(older.read_text("utf-8").replace('"payloads"', '"unknown"'), "utf-8")
    stray = small.output / "payloads" / ("0" * 64)
    stray.write_bytes(b"x")
    from pipeline.retention import prune

    assert prune(small.output, RetentionSettings()) == []
    assert stray.exists()
    assert prune(small.output, RetentionSettings(1, 0)) == ["20261126T190000Z"]
    assert not stray.exists()


def test_what_a_live_source_fetched_stays(small: SmallCatalogue) -> None:
    from pipeline.retention import prune

    digest = "a" * 64
    (small.output / "payloads" / digest).write_bytes(b"x")
    (small.output / "harvests").mkdir(exist_ok=True)
    (small.output / "harvests" / "live.jsonl").write_text(f'{{"digest":"{digest}"}}\n', "utf-8")
    prune(small.output, RetentionSettings())
    assert (small.output / "payloads" / digest).exists()
    assert prune(small.output, RetentionSettings(1, 0, payloads=False)) == ["20261126T190000Z"]
    assert len(names(small.output / "payloads")) == 4


def test_the_table_of_releases(small: SmallCatalogue, capsys: pytest.CaptureFixture[str]) -> None:
    lines = list(as_table(small.output))
    assert lines[0].split()[:6] == ["release", "switched", "in", "records", "created", "updated"]
    assert lines[1].split()[:7] == [
        "20261127T190000Z", "*", "2026-11-27T19:00:00Z", "6", "1", "0", "0",
    ]  # fmt: skip
    assert len(lines) == 4
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "releases"])
    assert not ended.value.code
    assert capsys.readouterr().out.splitlines() == lines
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "releases", "--verify"])
    assert not ended.value.code
    (small.current / "catalogue.nt").chmod(0o644)
    (small.current / "catalogue.nt").write_text("damaged", "utf-8")
    (small.current / "issues.csv").unlink()
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "releases", "--verify"])
    assert ended.value.code == 7
    told = capsys.readouterr().out
    assert "catalogue.nt: its content is not what was published" in told
    assert "issues.csv: missing" in told
    assert "next: make it anew: cataloom run --again" in told
