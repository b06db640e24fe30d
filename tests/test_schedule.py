"""Schedules: units that systemd accepts, a crontab that keeps its lines, files to start from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline import schedule
from pipeline.__main__ import main
from pipeline.errors import CataloomError, OutputError, SettingsError
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


@pytest.mark.parametrize("name", ["plain", "with a space"])
@pytest.mark.parametrize("owner", ["", "root"])
def test_systemd_accepts_the_units(owner: str, name: str, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not on this machine; it comes with systemd")
    folder = tmp_path / name
    folder.mkdir()
    program = folder / "true"
    program.symlink_to("/bin/true")
    units = systemd_units(folder, str(program), owner=owner, elsewhere=[folder / "x y"])
    for file, text in units.items():
        (tmp_path / file).write_text(text, "utf-8")
    timer = next(tmp_path.glob("*.timer"))
    done = subprocess.run(
        [analyze, "verify", "--man=no", str(timer)], capture_output=True, text=True, check=False
    )
    told = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "catalo" in line]
    assert (done.returncode, told) == (0, [])


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write units for the system, also where the tests run as somebody else, below /tmp."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(schedule, "TEMPORARY", ())


@pytest.mark.usefixtures("as_root")
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


@pytest.mark.parametrize("name", ["a\tb", "100%", 'q"uote', "o'clock", "dollar$"])
def test_a_path_that_systemd_would_misread_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="which systemd reads in a way of its own"):
        systemd_units(tmp_path / name, COMMAND)
    with pytest.raises(SettingsError, match="which systemd reads in a way of its own"):
        systemd_units(tmp_path, f"/opt/{name}/cataloom")
    with pytest.raises(SettingsError, match="which systemd reads in a way of its own"):
        systemd_units(tmp_path, COMMAND, owner="root", elsewhere=[tmp_path / name])


def test_only_units_of_the_system_wait_for_the_network() -> None:
    """A user's systemd has no network-online.target, and may not shut off folders."""
    for owner, is_there in (("", False), ("root", True)):
        service = systemd_units(Path("/srv/catalogue"), COMMAND, owner=owner)
        text = service["cataloom-catalogue.service"]
        for line in ("After=network-online.target", "User=root", "ReadWritePaths=/srv/catalogue"):
            assert (line in text.splitlines()) == is_there


@pytest.mark.usefixtures("as_root")
def test_what_a_run_writes_outside_of_its_folder_is_let_through(tmp_path: Path) -> None:
    small = SmallCatalogue(tmp_path / "small", f'[alerts]\nmetrics = "{tmp_path}/node/c.prom"\n')
    (tmp_path / "disk").mkdir()
    (small.folder / "output").symlink_to(tmp_path / "disk")
    install_systemd(small.folder, to=tmp_path / "units")
    service = (tmp_path / "units" / "cataloom-small.service").read_text("utf-8")
    lines = [line for line in service.splitlines() if line.startswith("ReadWritePaths=")]
    assert lines == [
        f"ReadWritePaths={small.folder}",
        f"ReadWritePaths=-{tmp_path}/disk",
        f"ReadWritePaths=-{tmp_path}/node",
    ]


def test_a_folder_that_the_service_would_not_see_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(schedule, "TEMPORARY", (tmp_path,))
    small = SmallCatalogue(tmp_path / "small")
    with pytest.raises(SettingsError, match="a place for temporary files"):
        install_systemd(small.folder, to=tmp_path / "units")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert install_systemd(small.folder, to=tmp_path / "units")


@pytest.mark.usefixtures("as_root")
def test_two_folders_of_one_name_get_units_of_their_own(tmp_path: Path) -> None:
    units = tmp_path / "units"
    for place in ("one", "two"):
        SmallCatalogue(tmp_path / place / "books")
        for _ in range(2):
            install_systemd(tmp_path / place / "books", to=units)
    assert sorted(file.stem for file in units.glob("*.timer")) == [
        "cataloom-books", "cataloom-two-books",
    ]  # fmt: skip
    (tmp_path / "one").rename(tmp_path / "moved")
    install_systemd(tmp_path / "moved" / "books", to=units)
    service = (units / "cataloom-books.service").read_text("utf-8")
    assert f"WorkingDirectory={tmp_path}/moved/books\n" in service, "nothing is left of the old"


@pytest.mark.usefixtures("as_root")
def test_units_of_names_that_differ_in_signs_only(tmp_path: Path) -> None:
    units = tmp_path / "units"
    places = ("a-b/c", "a/b-c", "a b/c")
    for place in places * 2:
        folder = tmp_path / place
        if not folder.exists():
            SmallCatalogue(folder)
        install_systemd(folder, to=units)
    found = [file.read_text("utf-8") for file in units.glob("*.service")]
    assert len(found) == 3
    for place in places:
        assert sum(f"WorkingDirectory={tmp_path}/{place}\n" in text for text in found) == 1


CRON = {"HOME": "/", "LOGNAME": "nobody", "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"}


@pytest.mark.parametrize("takes_backslashes", [True, False])
@pytest.mark.parametrize("name", ["plain", "a b 100% 'é", "%", "a\\%b"])
def test_the_line_for_cron_is_what_a_shell_takes_apart(
    takes_backslashes: bool, name: str, tmp_path: Path
) -> None:
    """Debian's cron takes the backslash off an escaped %, others leave it to the shell."""
    folder = tmp_path / name
    folder.mkdir()
    command = folder / "cataloom"
    command.write_text('#!/bin/sh\nprintf "%s\\n" "$0" "$@"\n')
    command.chmod(0o755)
    line = cron_line(folder, str(command)).split(maxsplit=5)[5]
    assert re.search(r"(?<!\\)%", line) is None, "cron would end the line there"
    if takes_backslashes:
        line = line.replace(r"\%", "%")
    done = subprocess.run(["sh", "-c", line], env=CRON, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [str(command), "-C", str(folder), "run"]


@pytest.mark.slow
def test_the_line_for_cron_runs_the_catalogue_and_says_nothing(tmp_path: Path) -> None:
    small = SmallCatalogue(tmp_path / "a b 100% é")
    small.write(entries(1))
    line = cron_line(small.folder, schedule.own_command()).split(maxsplit=5)[5].replace(r"\%", "%")
    done = subprocess.run(["sh", "-c", line], env=CRON, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
    assert len(small.records()) == 1


def test_a_folder_that_no_crontab_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="holds a line end"):
        install_cron(tmp_path / "a\nb", to=tmp_path / "crontab")


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


@pytest.mark.parametrize("place", [".", "nowhere/crontab", "latin"])
def test_a_crontab_file_that_cannot_be_written(tmp_path: Path, place: str) -> None:
    (tmp_path / "latin").write_bytes(b"# caf\xe9\n")
    with pytest.raises(OutputError, match=r"cannot be written: .*; next: "):
        install_cron(tmp_path, to=tmp_path / place)


@pytest.mark.usefixtures("as_root")
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
