"""Schedules: units that systemd accepts, a crontab that keeps its lines, files to start from."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline import schedule
from pipeline.__main__ import main
from pipeline.errors import CataloomError, SettingsError
from pipeline.schedule import cron_line, install_cron, install_systemd, systemd_units
from tests.small_catalogue import SmallCatalogue, entries

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "docs" / "deploy"
COMMAND = "/opt/cataloom/.venv/bin/cataloom"


def test_the_files_to_start_from_are_what_is_installed() -> None:
    units = systemd_units(Path("/srv/catalogue"), COMMAND, owner="cataloom")
    for name, text in units.items():
        assert (DEPLOY / name.replace("cataloom-catalogue", "cataloom")).read_text("utf-8") == text
    assert cron_line(Path("/srv/catalogue"), COMMAND) in (DEPLOY / "cron").read_text("utf-8")


@pytest.mark.parametrize("owner", ["", "root"])
def test_systemd_accepts_the_units(owner: str, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine; it comes with systemd")
    for name, text in systemd_units(tmp_path, "/bin/true", owner=owner).items():
        (tmp_path / name).write_text(text, "utf-8")
    timer = next(tmp_path.glob("*.timer"))
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(timer)], capture_output=True, text=True, check=False
    )
    told = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "catalo" in line]
    assert (done.returncode, told) == (0, [])


def test_units_are_written_for_this_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = SmallCatalogue(tmp_path / "My Catalogue".replace(" ", "-"))
    small.write(entries(1))
    arguments = ["--systemd", "--at", "05:30", "--to", str(tmp_path / "units")]
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "schedule", "install", *arguments])
    assert not ended.value.code
    service = (tmp_path / "units" / "cataloom-my-catalogue.service").read_text("utf-8")
    assert f"ExecStart={schedule.own_command()} -C {small.folder} run" in service
    timer = (tmp_path / "units" / "cataloom-my-catalogue.timer").read_text("utf-8")
    assert "OnCalendar=*-*-* 05:30:00" in timer
    assert "Persistent=true" in timer
    assert "enable --now cataloom-my-catalogue.timer" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["a b", "100%", 'q"uote', "dollar$"])
def test_a_path_that_systemd_would_misread_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(SettingsError, match="which systemd reads in a way of its own"):
        install_systemd(tmp_path / name, to=tmp_path)
    assert "\\%" in cron_line(Path("/srv/100%"), COMMAND)
    assert "'/srv/a b'" in cron_line(Path("/srv/a b"), COMMAND)


def crontab_program(folder: Path) -> Path:
    """Write a stand-in for crontab(1) that keeps the table in a file; return that file."""
    table = folder / "table"
    program = folder / "bin" / "crontab"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nT={table}\ncase "$1" in\n-l) [ -f $T ] && cat $T ;;\n-) cat > $T ;;\nesac\n'
    )
    program.chmod(0o755)
    return table


def test_the_crontab_keeps_its_other_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = crontab_program(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    table.write_text("MAILTO=me\n0 1 * * * backup\n")
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (told,) = install_cron(folder)
        assert told.startswith("In your crontab: 15 6 * * *  ")
    install_cron(one, "07:00")
    lines = table.read_text().splitlines()
    assert lines[:2] == ["MAILTO=me", "0 1 * * * backup"]
    assert sum(f"-C {one} run" in line for line in lines) == 1
    assert any(line.startswith("0 7 * * *") and f"-C {one} run" in line for line in lines)
    assert any(f"-C {two} run" in line for line in lines)


def test_a_crontab_file(tmp_path: Path) -> None:
    file = tmp_path / "crontab"
    assert install_cron(tmp_path, to=file)[0].startswith("Written: ")
    assert install_cron(tmp_path, "09:00", to=file)[1].startswith("Next: crontab ")
    assert file.read_text("utf-8").count(" run\n") == 1


def test_what_is_wrong_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="--at '25:00' is no time of day"):
        install_cron(tmp_path, "25:00")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CataloomError, match="there is no crontab command on this machine"):
        install_cron(tmp_path)
    program = tmp_path / "crontab"
    program.write_text("#!/bin/sh\necho no >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(CataloomError, match="crontab does not take the line: no"):
        install_cron(tmp_path)
    small = SmallCatalogue(tmp_path / "small")
    small.write(entries(1))
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(small.folder), "schedule", "install"])
    assert ended.value.code == 2
    (tmp_path / "file").write_text("")
    with pytest.raises(CataloomError, match="cannot be written"):
        install_systemd(small.folder, to=tmp_path / "file")
