"""`cataloom source probe` as people call it: what it prints is a source file, and runs."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from pipeline.__main__ import main
from pipeline.catalogue_folder import load_settings
from pipeline.new_catalogue import make_folder
from pipeline.run import run_catalogue
from tests.small_catalogue import BASE, QUICK, prose

ROWS = 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a catalogue folder without any source."""
    make_folder(tmp_path / "catalogue", BASE)
    with (tmp_path / "catalogue" / "catalogue.toml").open("a", encoding="utf-8") as file:
        file.write(QUICK)
    return tmp_path / "catalogue"


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    file = tmp_path / "Our List.csv"
    rows = [f'"The ledger of group {n}","{prose(n)}",https://example.org/{n}' for n in range(ROWS)]
    file.write_text("\n".join(("Title,Abstract,Link", *rows)), "utf-8")
    return file


def call(folder: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(folder), "source", "probe", *arguments])
    return int(ended.value.code or 0)


def test_what_is_printed_is_a_source_file(
    folder: Path, listing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "input" / listing.name).write_bytes(listing.read_bytes())
    assert call(folder, str(folder / "input" / listing.name)) == 0
    out = capsys.readouterr().out
    assert tomllib.loads(out)["kind"] == "table"
    lines = out.splitlines()
    assert lines[0] == "# table: the first 10 records"
    assert lines[2].startswith("# title")
    assert lines[4].startswith("# The ledger of group 0")
    (folder / "input" / "ours.toml").write_text(out, "utf-8")
    outcome = run_catalogue(load_settings(folder), jobs=1)
    assert outcome.books["our-list"].created == ROWS


def test_it_can_be_written_with_what_it_needs(
    folder: Path, listing: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(folder, str(listing), "--write", "ours") == 0
    told = capsys.readouterr()
    assert "input/ours.toml is written" in told.err
    outcome = run_catalogue(load_settings(folder), jobs=1)
    assert outcome.books["ours"].created == ROWS
    assert call(folder, str(listing), "--write", "ours") != 0
    assert "'ours'" in capsys.readouterr().err


def test_nothing_to_find_is_said(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(folder, str(tmp_path / "nowhere.html")) == 3
    assert "nowhere.html" in capsys.readouterr().err
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert call(folder, str(tmp_path / "picture.png")) == 3
    assert "picture.png" in capsys.readouterr().err
    (folder / "catalogue.toml").write_text("base = 3\n", "utf-8")
    assert call(folder, str(tmp_path / "picture.png")) == 2
