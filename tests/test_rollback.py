"""A rollback publishes old content as a new release; nothing minted is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import record_parts
from pipeline.__main__ import main
from pipeline.catalogue_folder import load_settings
from pipeline.errors import ReleaseError
from pipeline.manifest import read_manifest
from pipeline.run import roll_back
from tests.small_catalogue import SmallCatalogue, entries

pytestmark = pytest.mark.slow  # whole runs


@pytest.fixture
def small(tmp_path: Path) -> SmallCatalogue:
    return SmallCatalogue(tmp_path / "small")


def releases(small: SmallCatalogue) -> list[str]:
    return sorted(one.name for one in (small.output / "releases").iterdir())


def test_a_rollback_is_a_new_release_of_the_old_content(small: SmallCatalogue) -> None:
    one, two, three, four = entries(4)
    small.write([one, two, three])
    small.run()
    first = small.records()
    small.write([one._replace(abstract=one.abstract + " Wrong."), three, four])
    small.run()
    small.write([three, four])
    small.run()
    ids = small.ids()
    before = read_manifest(small.current)
    outcome = roll_back(load_settings(small.folder), releases(small)[0], jobs=1)
    assert outcome.kind == "published"
    after = read_manifest(small.current)
    assert after.number == before.number + 1
    assert after.datestamps[:-1] == before.datestamps
    assert after.datestamps[-1] > before.datestamps[-1]
    assert after.rolled_back_to == releases(small)[0]
    assert after.harvests == read_manifest(
        small.output / "releases" / releases(small)[0]
    ).harvests  # fmt: skip
    again = small.records()
    assert {title: (r.id, r.title, r.description) for title, r in again.items()} == {
        title: (r.id, r.title, r.description) for title, r in first.items()
    }
    books = outcome.books["other"]
    assert (books.extracted, books.updated, books.unchanged, books.deleted) == (3, 1, 2, 1)
    (stone,) = record_parts.read_tombstones(small.current)
    assert stone.id == ids[four.title]
    assert stone.reason == f"the catalogue was rolled back to {releases(small)[0]}"
    changed = {record.release for record in again.values()}
    assert changed == {1, 4}  # the record that was put right, and the others
    assert ids[four.title] in small.read("changes.jsonl")
    assert small.run().kind == "unchanged"  # until something changes
    small.write([one, two, three, four])
    small.run()
    assert small.ids()[four.title] == ids[four.title]
    assert record_parts.read_tombstones(small.current) == []


def test_keys_got_since_stay(small: SmallCatalogue) -> None:
    one, two = entries(2)
    small.write([one, two])
    small.run()
    moved = one._replace(title="Another name for it")
    small.write([moved, two])
    small.run()
    ids = small.ids()
    roll_back(load_settings(small.folder), jobs=1)
    assert small.ids()[one.title] == ids[moved.title]
    assert len(small.records()[one.title].keys) == 2
    small.write([moved._replace(abstract="Nothing like it was before, in no way at all."), two])
    small.run()
    assert small.ids()[moved.title] == ids[moved.title]


def test_a_tombstone_comes_back(small: SmallCatalogue) -> None:
    small.write(entries(1))
    small.write(entries(1, 9), "second")
    small.run()
    ids = small.ids()
    (small.folder / "input" / "second.toml").rename(small.folder / "input" / "second.off")
    small.run()
    assert len(small.ids()) == 1
    (small.folder / "input" / "second.off").rename(small.folder / "input" / "second.toml")
    outcome = roll_back(load_settings(small.folder), jobs=1)
    assert outcome.books["second"].created == 1
    assert small.ids() == ids
    assert record_parts.read_tombstones(small.current) == []


def test_records_of_a_source_that_is_gone_are_told(
    small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    small.write(entries(1))
    small.write(entries(1, 9), "second")
    small.run()
    file = small.folder / "input" / "second.toml"
    text = file.read_text("utf-8")
    file.unlink()
    small.run()
    (first, second), back = releases(small), "put input/second.toml back first, then cataloom"
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "rollback", first])
    assert ended.value.code == 4
    told = capsys.readouterr().err
    assert f"second is not configured: its 1 record(s) stay away; to have them, {back}" in told
    assert f"{first} has nothing else that is not published already; next: to have" in told
    assert releases(small) == [first, second]
    small.write(entries(2))
    small.run()
    warned: list[str] = []
    outcome = roll_back(load_settings(small.folder), first, jobs=1, warn=warned.append)
    assert (outcome.kind, len(small.ids())) == ("published", 1)
    assert "second is not configured" in warned[0]
    file.write_text(text, "utf-8")
    warned.clear()
    roll_back(load_settings(small.folder), first, jobs=1, warn=warned.append)
    assert (len(small.ids()), "second" in "".join(warned)) == (2, False)


def test_only_an_older_release_can_be_gone_back_to(
    small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    small.write(entries(1))
    small.run()
    settings = load_settings(small.folder)
    with pytest.raises(ReleaseError, match="only one release is kept"):
        roll_back(settings)
    (only,) = releases(small)
    with pytest.raises(ReleaseError, match=f"{only} is the current release"):
        roll_back(settings, only)
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "rollback", "x"])
    assert ended.value.code == 7
    assert "'x' is no release that is kept" in capsys.readouterr().err
