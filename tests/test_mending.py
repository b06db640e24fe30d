"""Damage to the state: every message names a step that leads on, and the one that loses least."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from pipeline import record_parts
from pipeline.catalogue_folder import load_settings
from pipeline.damage import all_damage
from pipeline.errors import ReleaseError
from pipeline.manifest import read_manifest
from pipeline.record_parts import CHANGES, is_state
from pipeline.restore import restore
from tests.small_catalogue import SmallCatalogue, entries
from tests.test_damage import FIRST, LAST, THIRD, cataloom, kept, overwrite, published, small

__all__ = ["published", "small"]  # fixtures

pytestmark = pytest.mark.slow  # whole runs

SECOND = "20261125T190000Z"
STEP = re.compile(r"cataloom(?: -C \S+)? restore (/\S+)")


def state(small: SmallCatalogue, identifier: str) -> list[Path]:
    folder = small.output / "releases" / identifier
    return [folder / name for name in read_manifest(folder).files if is_state(name)]


def damage(small: SmallCatalogue, name: str, *identifiers: str) -> None:
    """Append a byte to the files of these releases whose names hold `name`."""
    for identifier in identifiers:
        for file in state(small, identifier):
            if name in file.name:
                with file.open("ab") as stream:
                    stream.write(b"x")


def go_on(small: SmallCatalogue, capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """Do what a run says that is to be done; return the release it names, and what is said."""
    capsys.readouterr()
    small.write(entries(6))
    assert cataloom(small, "run") == 7
    said = capsys.readouterr().err
    found = STEP.search(said)
    assert found is not None, said
    assert cataloom(small, "restore", found[1]) == 0
    told = capsys.readouterr().err
    assert cataloom(small, "run", *(["--again"] if "run --again" in told else [])) == 0
    assert all_damage(small.output).problems == []
    return Path(found[1]).name, said + told


def test_no_two_releases_share_a_file_of_their_state(small: SmallCatalogue) -> None:
    small.write(entries(5, 1))
    small.run()
    shutil.rmtree(small.output / "last-run")
    for identifier in kept(small):
        changes = small.output / "releases" / identifier / CHANGES
        for file in (*state(small, identifier), changes):
            assert file.stat().st_nlink == 1, file


@pytest.mark.parametrize("what", ["a byte more", "shared by all", "gone in all", "changed"])
def test_tombstones_are_mended(
    what: str, small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    stones, ids = record_parts.read_tombstones(small.current), small.ids()
    file = small.current / "tombstones.jsonl"
    others = [small.output / "releases" / name / file.name for name in (FIRST, SECOND, THIRD)]
    if what == "gone in all":
        for one in (file, *others):
            one.unlink()
    elif what == "changed":
        overwrite(file, 3)
    else:
        if what == "shared by all":  # as an older Cataloom left it
            for one in others[1:]:
                one.unlink()
                os.link(file, one)
        damage(small, "tombstones", LAST)
    if what != "gone in all":
        name, said = go_on(small, capsys)
    else:
        settings = load_settings(small.folder)
        with pytest.raises(ReleaseError, match=rf"DIR\|URL; without one, mend it.*{LAST}"):
            small.run()
        told: list[str] = []
        restore(settings, str(small.current), told.append)
        assert "the tombstones of" in told[0]
        name, said = LAST, ""
    assert (name, "DIR|URL" in said) == (LAST, False)
    assert ids.items() <= small.ids().items()
    found = record_parts.read_tombstones(small.current)
    assert [(one.id, one.keys, one.title) for one in found] == [
        (one.id, one.keys, one.title) for one in stones
    ]
    if what != "gone in all":
        assert found == stones


def test_the_step_names_only_a_release_that_is_whole(
    small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(small, "part-", LAST, THIRD)
    with pytest.raises(ReleaseError, match=f"state of the release is damaged.*{SECOND}"):
        restore(load_settings(small.folder), str(small.output / "releases" / THIRD))
    shutil.rmtree(small.output / "releases" / THIRD)
    assert go_on(small, capsys)[0] == SECOND
    assert (small.output / f"damaged-{LAST}" / "manifest.json").is_file()


def test_where_none_is_whole_that_is_said(
    small: SmallCatalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(small, "part-", FIRST, SECOND, THIRD, LAST)
    for command in (["run"], ["releases", "--verify"]):
        assert cataloom(small, *command) == 7
        said = "".join(capsys.readouterr())
        assert "restore DIR|URL" in said
        assert not STEP.search(said)
        assert f"move the folder {small.output} away" in said
    small.output.rename(tmp_path / "away")
    assert cataloom(small, "run") == 0


def test_a_damaged_release_is_put_aside(
    small: SmallCatalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    for count, identifier in enumerate((THIRD, SECOND), 1):
        damage(small, "part-", small.current.name)
        name, said = go_on(small, capsys)
        assert name == identifier or count > 1
        assert re.search(r"the damaged release is in \S+/damaged-\S+ now", said)
        assert cataloom(small, "releases") == 0
        assert len(list(small.output.glob("damaged-*"))) == count
