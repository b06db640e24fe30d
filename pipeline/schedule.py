"""`cataloom schedule install`: a systemd timer or a line for cron that runs this catalogue."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from pipeline.errors import CataloomError, OutputError, SettingsError, show_path

DAILY = "06:15"
TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
CRON_SECONDS = 10

SERVICE = """\
# {name}: runs a catalogue once; {name}.timer says when. Written by cataloom schedule install.
[Unit]
Description=Cataloom catalogue in {folder}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart={command} -C {folder} run
TimeoutStartSec=12h
Nice=10
# Secrets that the settings name as env:NAME, a NAME=value a line; the file may be missing.
EnvironmentFile=-{folder}/cataloom.env
# What a run may do: write its own folder, and ask the web.
UMask=0022
NoNewPrivileges=yes
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
{system}"""
SYSTEM = """\
User={owner}
CapabilityBoundingSet=
PrivateDevices=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=read-only
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectSystem=strict
ReadWritePaths={folder}
"""
TIMER = """\
# {name}: when {name}.service runs. Written by cataloom schedule install.
[Unit]
Description=Cataloom catalogue in {folder}, every day

[Timer]
OnCalendar=*-*-* {time}:00
# A run that was missed while the machine was off is made up for.
Persistent=true
# Not every catalogue of the world at once.
RandomizedDelaySec=15min

[Install]
WantedBy=timers.target
"""


def systemd_units(folder: Path, command: str, time: str = DAILY, owner: str = "") -> dict[str, str]:
    """Return the service and the timer for a catalogue folder, by file name.

    With an `owner` they are for the system and run as that user, shut off from the rest of the
    machine; without, for a user's own systemd, which may not shut off as much.
    """
    name = unit_name(folder)
    whole = str(folder.resolve())
    problem = next((c for c in whole if c in '%"\\$' or c.isspace()), "")
    if problem:
        raise SettingsError(
            f"the folder's path holds {problem!r}, which systemd reads in a way of its own",
            where=whole,
            expected="a path of letters, digits, '-', '_', '.' and '/'",
            next_step="move the catalogue folder, or use --cron",
        )
    system = SYSTEM.format(owner=owner, folder=whole) if owner else ""
    told = {"name": name, "folder": whole, "command": command, "time": time, "system": system}
    return {f"{name}.service": SERVICE.format(**told), f"{name}.timer": TIMER.format(**told)}


def unit_name(folder: Path) -> str:
    """Return the name of a catalogue's units: `cataloom-` and its folder's name."""
    return "cataloom-" + (
        re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "x"
    )


def cron_line(folder: Path, command: str, time: str = DAILY) -> str:
    """Return the line for cron: silent unless something is wrong, which cron mails.

    A `%` means a new line to cron (crontab(5)), so it is escaped.
    """
    hour, minute = time.split(":")
    whole = f"{shlex.quote(command)} -C {shlex.quote(str(folder.resolve()))} run"
    return f"{int(minute)} {int(hour)} * * *  {whole}".replace("%", r"\%")


def install_systemd(folder: Path, time: str = DAILY, to: Path | None = None) -> list[str]:
    """Write the units of a catalogue folder; return what to do now, a line a step."""
    _check_time(time)
    is_root = os.geteuid() == 0
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    place = to or (Path("/etc/systemd/system") if is_root else home / "systemd" / "user")
    owner = folder.resolve().owner() if is_root else ""
    units = systemd_units(folder, own_command(), time, owner)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in units.items():
            (place / name).write_text(text, "utf-8")
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror}",
            where=str(place),
            next_step="name another folder with --to, or run it as root",
        ) from error
    control = "systemctl" if is_root else "systemctl --user"
    timer = next(name for name in units if name.endswith(".timer"))
    steps = [f"Written: {show_path(place / name)}" for name in units]
    steps += [f"Next: {control} daemon-reload", f"      {control} enable --now {timer}"]
    if not is_root:
        steps.append("      loginctl enable-linger   (so that it runs while you are not logged in)")
    return steps


def install_cron(folder: Path, time: str = DAILY, to: Path | None = None) -> list[str]:
    """Put the line into this user's crontab, or into the file `to`; return what was done."""
    _check_time(time)
    line = cron_line(folder, own_command(), time)
    mark = f"# cataloom: {folder.resolve()}"
    if to is not None:
        before = to.read_text("utf-8") if to.is_file() else ""
        to.write_text(_with_line(before, mark, line), "utf-8")
        return [f"Written: {show_path(to)}", f"Next: crontab {show_path(to)}"]
    program = shutil.which("crontab")
    if program is None:
        raise CataloomError(
            "there is no crontab command on this machine",
            expected="cron, or systemd",
            next_step=f"use --systemd, or give your scheduler this line: {line}",
        )
    before = _crontab(program, "-l").stdout
    done = _crontab(program, "-", _with_line(before, mark, line))
    if done.returncode:
        raise CataloomError(
            f"crontab does not take the line: {done.stderr.strip()}",
            next_step=f"put it in by hand, with crontab -e: {line}",
        )
    return [f"In your crontab: {line}"]


def own_command() -> str:
    """Return the path of the `cataloom` command that is running."""
    beside = Path(sys.executable).parent / "cataloom"
    return str(beside) if beside.exists() else shutil.which("cataloom") or "cataloom"


def _with_line(before: str, mark: str, line: str) -> str:
    """Return a crontab with the line below its mark; an older line of the same mark goes."""
    lines = before.splitlines()
    kept = [
        one
        for number, one in enumerate(lines)
        if one != mark and not (number and lines[number - 1] == mark)
    ]
    return "\n".join((*kept, mark, line)) + "\n"


def _crontab(program: str, argument: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - the path of crontab(1), no shell
        [program, argument], input=text, capture_output=True, text=True, timeout=CRON_SECONDS,
        check=False,
    )  # fmt: skip


def _check_time(time: str) -> None:
    if not TIME.fullmatch(time):
        raise SettingsError(
            f"--at {time!r} is no time of day", expected=f"hours and minutes, such as {DAILY}"
        )
