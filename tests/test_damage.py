"""Releases that are damaged: no run goes on from what is not whole, and each message has a cure."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline import record_parts, release
from pipeline.__main__ import main
from pipeline.catalogue_folder import load_settings
from pipeline.damage import all_damage, seen_damage
from pipeline.errors import CataloomError, ReleaseError
from pipeline.manifest import read_manifest
from pipeline.query import query
from pipeline.restore import restore
from pipeline.run import roll_back, run_catalogue
from pipeline.settings import QuerySettings
from tests.small_catalogue import SmallCatalogue, entries

pytestmark = pytest.mark.slow  # whole runs

EPOCH = 1_795_546_800
DAY = 86_400
FIRST, THIRD, LAST = "20261124T190000Z", "20261126T190000Z", "20261127T190000Z"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a catalogue with four releases, of which the first two are thinned."""
    small = SmallCatalogue(tmp_path_factory.mktemp("published") / "small")
    with pytest.MonkeyPatch.context() as patch:
        for day in range(4):
            patch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + day * DAY))
            small.write(entries(day + 2))
            if day == 0:
                small.write(entries(2, 20), "second")
            elif day == 1:
                (small.folder / "input" / "second.toml").unlink()
            small.run()
    return small.folder


@pytest.fixture
def small(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallCatalogue:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + 10 * DAY))
    shutil.copytree(published, tmp_path / "copy", symlinks=True)
    small = SmallCatalogue(tmp_path / "small")
    shutil.rmtree(small.folder)
    (tmp_path / "copy").rename(small.folder)
    assert len(record_parts.read_tombstones(small.current)) == 2
    return small


def cataloom(small: SmallCatalogue, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), *arguments])
    assert not isinstance(ended.value.code, str)
    return ended.value.code or 0


def kept(small: SmallCatalogue) -> list[str]:
    return [folder.name for folder in release.releases(small.output)]


def overwrite(file: Path, at: int = 100) -> None:
    """Change one byte of a file in place, in every release that shares it."""
    with file.open("r+b") as stream:
        stream.seek(at)
        byte = stream.read(1)
        stream.seek(at)
        stream.write(bytes([byte[0] ^ 1]))


@pytest.mark.parametrize("lost", ["the release", "the link"])
def test_a_lost_release_is_not_a_first_run(
    lost: str, small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    before = small.ids(), record_parts.read_tombstones(small.current), small.current.name
    if lost == "the link":
        (small.output / "current").unlink()
    else:
        shutil.rmtree(small.current)
    releases = kept(small)
    for command in (["run"], ["run", "--again"], ["check"], ["query", "ASK {}"], ["releases"],
                    ["releases", "--verify"], ["diff"], ["status"], ["rollback"]):  # fmt: skip
        assert cataloom(small, *command) == 7, command
        said = "".join(capsys.readouterr())
        assert "nothing has been published yet" not in said
        assert "restore DIR|URL; without one, go on from the last that is kept" in said
    assert kept(small) == releases
    assert cataloom(small, "restore", str(small.output / "releases" / releases[-1])) == 0
    small.write(entries(6))
    assert cataloom(small, "run") == 0
    if lost == "the link":
        ids, stones, last = before
        assert ids.items() <= small.ids().items()
        assert record_parts.read_tombstones(small.current) == stones
        assert read_manifest(small.current).number == 5
        assert last in kept(small)
    assert len(record_parts.read_tombstones(small.current)) == 2
    assert all_damage(small.output).problems == []


def test_a_lost_release_comes_back_from_a_copy(small: SmallCatalogue, tmp_path: Path) -> None:
    shutil.copytree(small.output, tmp_path / "site", symlinks=True)
    before = small.ids()
    shutil.rmtree(small.current)
    assert restore(load_settings(small.folder), str(tmp_path / "site")) == LAST
    assert (small.ids(), release.verify(small.current)) == (before, [])
    assert small.run().kind == "unchanged"


@pytest.mark.parametrize("what", ["parts", "one byte", "tombstones", "half a part"])
def test_no_run_goes_on_from_damaged_state(
    what: str, small: SmallCatalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(small.output, tmp_path / "site", symlinks=True)
    part = small.current / "records" / "part-00000.jsonl.gz"
    if what == "parts":
        shutil.rmtree(part.parent)
    elif what == "tombstones":
        (small.current / "tombstones.jsonl").write_bytes(b"")
    elif what == "half a part":
        part.write_bytes(part.read_bytes()[: part.stat().st_size // 2])
    else:
        overwrite(part)
    small.write(entries(6))
    for command in (["run"], ["run", "--again"], ["run", "--plan"], ["rollback"]):
        assert cataloom(small, *command) == 7, command
        assert "the current release is damaged" in capsys.readouterr().err
    assert kept(small)[-1] == LAST
    assert cataloom(small, "releases", "--verify") == 7
    step = LAST if what == "tombstones" else THIRD
    assert f"restore {small.output / 'releases' / step}" in capsys.readouterr().out
    assert restore(load_settings(small.folder), str(tmp_path / "site")) == LAST
    assert release.verify(small.current) == []
    assert small.run().books["other"].created == 1
    assert len(record_parts.read_tombstones(small.current)) == 2


def test_damage_that_nothing_else_would_meet_is_told_by_a_run_without_changes(
    small: SmallCatalogue,
) -> None:
    assert small.run().kind == "unchanged"
    shutil.rmtree(small.current / "records")
    with pytest.raises(ReleaseError, match="the current release is damaged"):
        small.run()


def test_missing_parts_are_said_by_whoever_reads(small: SmallCatalogue) -> None:
    shutil.rmtree(small.current / "records")
    with pytest.raises(ReleaseError, match=r"record parts are missing: part-00000\.jsonl"):
        list(record_parts.read_records(small.current))


def test_a_new_release_is_whole_whatever_the_last_one_is(small: SmallCatalogue) -> None:
    overwrite(small.current / "vocabulary.ttl")
    overwrite(small.current / "dataset.ttl")
    before = small.current
    small.write(entries(6))
    small.run()
    assert release.verify(small.current) == []
    assert list(release.damaged_files(before)) == ["dataset.ttl", "vocabulary.ttl"]


def test_one_damaged_manifest_hides_no_other_release(
    small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    (small.output / "releases" / FIRST / "manifest.json").write_text("{", "utf-8")
    payloads = sorted((small.output / "payloads").iterdir())
    small.write(entries(6))
    assert cataloom(small, "run") == 0
    assert f"The release {FIRST} is damaged" in capsys.readouterr().err
    assert f"The release {FIRST} is damaged" in small.read("issues.csv")
    assert kept(small)[0] == FIRST
    assert set(payloads) < set((small.output / "payloads").iterdir())
    assert cataloom(small, "status") == 7
    overwrite(small.output / "releases" / THIRD / "records" / "part-00000.jsonl.zst", 20)
    capsys.readouterr()
    assert cataloom(small, "releases") == 7
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 7
    assert f"put {FIRST} back from a copy, or remove its folder" in said.err
    assert cataloom(small, "releases", "--verify") == 7
    *problems, step = capsys.readouterr().out.splitlines()
    assert [problem.partition(":")[0] for problem in problems] == [
        f"{FIRST}/manifest.json", f"{THIRD}/records/part-00000.jsonl.zst",
    ]  # fmt: skip
    assert step == f"next: put {FIRST} and {THIRD} back from copies, or remove their folders"
    with pytest.raises(ReleaseError, match="the release is damaged"):
        roll_back(load_settings(small.folder), THIRD, jobs=1)
    assert cataloom(small, "diff") == 0
    shutil.rmtree(small.output / "releases" / FIRST)
    shutil.rmtree(small.output / "releases" / THIRD)
    assert cataloom(small, "releases") == 0


def test_a_damaged_release_is_not_thinned(
    small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    overwrite(small.output / "releases" / THIRD / "records" / "part-00000.jsonl.gz")
    small.write(entries(6))
    assert cataloom(small, "run") == 0
    assert f"{THIRD} is left as it is: " in capsys.readouterr().err
    assert not read_manifest(small.output / "releases" / THIRD).thinned


def test_a_thinned_release_is_not_restored(small: SmallCatalogue, tmp_path: Path) -> None:
    old = small.output / "releases" / FIRST
    settings = load_settings(small.folder)
    shutil.copytree(old, tmp_path / "copy")
    shutil.move(small.output, tmp_path / "away")
    for where in (tmp_path / "away" / "releases" / FIRST, tmp_path / "copy"):
        with pytest.raises(ReleaseError, match=f"only the state.*cataloom rollback {FIRST}"):
            restore(settings, str(where))
        assert not (small.output / "current").exists()


def test_where_only_thinned_ones_are_left_the_next_run_makes_a_whole_one(
    small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (THIRD, LAST):
        shutil.rmtree(small.output / "releases" / name)
    second = small.output / "releases" / kept(small)[-1]
    small.write(entries(3))  # as it was when that one was published
    assert cataloom(small, "run") == 7
    assert f"restore {second}" in capsys.readouterr().err
    assert cataloom(small, "restore", str(second)) == 0
    assert "cataloom run --again" in capsys.readouterr().err
    assert cataloom(small, "run") == 0
    assert small.current != second
    assert (small.current / "graph").is_dir()
    assert len(record_parts.read_tombstones(small.current)) == 2


def test_what_is_whole_is_not_replaced(small: SmallCatalogue, tmp_path: Path) -> None:
    settings = load_settings(small.folder)
    older = str(small.output / "releases" / THIRD)
    with pytest.raises(CataloomError, match=r"published here already.*rollback ID") as caught:
        restore(settings, older)
    assert caught.value.exit_code == 4
    shutil.copytree(small.output, tmp_path / "site", symlinks=True)
    overwrite(small.current / "vocabulary.ttl")
    with pytest.raises(CataloomError, match=r"its state is not damaged.*cataloom run --again"):
        restore(settings, older)
    assert restore(settings, str(tmp_path / "site")) == LAST
    assert release.verify(small.current) == []


def test_a_newer_catalooms_release_is_no_damage(small: SmallCatalogue) -> None:
    file = small.current / "manifest.json"
    text = file.read_text("utf-8").replace('"format": 1', '"format": 99')
    file.write_text(text, "utf-8")
    with pytest.raises(ReleaseError, match="the release has format 99"):
        restore(load_settings(small.folder), str(small.output / "releases" / THIRD))
    found = all_damage(small.output)
    assert found.problems == [f"{LAST}/manifest.json: the release has format 99"]
    assert found.steps == ["install the newer Cataloom that wrote it"]


def test_damaged_files_of_the_current_release_are_made_again(
    small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    before = small.current
    shutil.rmtree(before / "graph")
    (before / "review.csv").unlink()
    for command in (["query", "ASK {}"], ["run"], ["status"], ["releases"],
                    ["releases", "--verify"]):  # fmt: skip
        assert cataloom(small, *command) == 7, command
        said = "".join(capsys.readouterr())
        assert "make it anew: cataloom" in said
        assert "run --again" in said
    assert cataloom(small, "run", "--again") == 0
    capsys.readouterr()
    assert small.current != before
    assert (small.current / "changes.jsonl").read_bytes() == b""
    assert f"The release {LAST} is damaged" in small.read("issues.csv")
    assert release.verify(small.current) == []
    assert cataloom(small, "query", "ASK {}") == 0
    assert small.run().kind == "unchanged"
    assert cataloom(small, "status") == 0


def test_what_is_made_again_is_what_was(small: SmallCatalogue) -> None:
    before = small.current
    records = small.records()
    outcome = run_catalogue(load_settings(small.folder), jobs=1, again=True)
    assert (outcome.kind, outcome.books["other"].unchanged) == ("published", 5)
    assert small.records() == records
    assert (small.current / "catalogue.nt").read_bytes() == (before / "catalogue.nt").read_bytes()
    planned = run_catalogue(load_settings(small.folder), jobs=1, again=True, publishes=False)
    assert planned.kind == "planned"


def test_verify_before_the_first_release(
    small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(small.output)
    assert cataloom(small, "releases", "--verify") == 7
    assert "nothing has been published yet" in capsys.readouterr().err


def test_missing_payloads_are_told(
    small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = read_manifest(small.current).payloads
    assert wanted is not None
    (payload,) = wanted
    (small.output / "payloads" / payload).write_bytes(b"else")
    assert cataloom(small, "releases", "--verify") == 0
    assert f"1 of the 1 payloads of {LAST} are not what was fetched" in capsys.readouterr().out
    (small.output / "payloads" / payload).unlink()
    assert cataloom(small, "releases", "--verify") == 0
    assert f"1 of the 1 payloads of {LAST} are missing ({payload[:12]}…)" in capsys.readouterr().out


def test_asking_a_release_is_no_damage(small: SmallCatalogue, tmp_path: Path) -> None:
    with (tmp_path / "answer").open("wb") as answer:
        query(small.current / "graph", "ASK {}", answer, limits=QuerySettings())
    assert (seen_damage(small.current), release.verify(small.current)) == ([], [])


@pytest.mark.parametrize("command", ["run", "status", "releases", "query", "restore"])
def test_an_output_that_is_a_file(
    command: str, small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(small.output)
    small.output.write_text("", "utf-8")
    more = {"query": ["ASK {}"], "restore": ["elsewhere"]}.get(command, [])
    assert cataloom(small, command, *more) in {1, 7}
    assert "output: is a file; expected a folder" in "".join(capsys.readouterr())


def test_a_table_that_is_saved_over_in_last_run_is_not_the_releases(tmp_path: Path) -> None:
    small = SmallCatalogue(tmp_path / "small")
    small.write(entries(3))
    small.run()
    for name in ("review.csv", "worklist.csv", "issues.csv"):
        with (small.output / "last-run" / name).open("ab") as table:  # as a spreadsheet saves it
            table.write(b"accept\r\n")
    assert release.verify(small.current) == []
    shown = small.output / "last-run" / "report.html"
    assert shown.stat().st_ino == (small.current / "report.html").stat().st_ino
