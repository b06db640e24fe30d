"""`cataloom schedule install`: a systemd timer or a line for cron that runs this catalogue."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from pipeline.catalogue_folder import load_catalogue
from pipeline.errors import CataloomError, OutputError, SettingsError, show_path
from pipeline.settings import CATALOGUE_FILE

DAILY = "06:15"
TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
WORKS_IN = re.compile(r"^WorkingDirectory=(.+)$", re.MULTILINE)
MISREAD = "%\"'\\$"  # specifiers, quotes, escapes, variables
TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 - what PrivateTmp= replaces
CRON_SECONDS = 10

SERVICE = """\
# {name}: runs a catalogue once; {name}.timer says when. Written by cataloom schedule install.
[Unit]
Description=Cataloom catalogue in {folder}
{network}
[Service]
Type=oneshot
WorkingDirectory={folder}
ExecStart={command} -C {quoted} run
TimeoutStartSec=12h
Nice=10
# Secrets that the settings name as env:NAME, a NAME=value a line; the file may be missing.
EnvironmentFile=-{folder}/cataloom.env
# What a run may do: write its own folder, and ask the web.
UMask=0022
NoNewPrivileges=yes
LockPersonality=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
{system}"""
NETWORK = """\
Wants=network-online.target
After=network-online.target
"""
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
ReadWritePaths={written}
StateDirectory={name}
Environment=XDG_STATE_HOME=/var/lib/{name}
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


def systemd_units(
    folder: Path,
    command: str,
    time: str = DAILY,
    owner: str = "",
    *,
    name: str = "",
    elsewhere: Iterable[Path] = (),
) -> dict[str, str]:
    """Return the service and the timer for a catalogue folder, by file name.

    With an `owner` they are for the system and run as that user, shut off from the rest of the
    machine but for what a run writes `elsewhere`; without, for a user's own systemd, which may not
    shut off as much. Without a `name` they are named after the folder.
    """
    name = name or unit_name(folder.resolve().name)
    whole = folder.resolve()
    others = list(elsewhere) if owner else []
    for path in (whole, *others, Path(command)):
        _check_path(path)
    told = {"name": name, "folder": str(whole), "time": time}
    told |= {"command": _quoted(command), "quoted": _quoted(str(whole))}
    more = (f"ReadWritePaths={_quoted(f'-{path}')}" for path in others)
    paths = "\n".join((_quoted(str(whole)), *more))
    system = SYSTEM.format(owner=owner, written=paths, name=name) if owner else ""
    service = SERVICE.format(**told, network=NETWORK if owner else "", system=system)
    return {f"{name}.service": service, f"{name}.timer": TIMER.format(**told)}


def unit_name(folder: str) -> str:
    """Return the name of a catalogue's units: `cataloom-` and its folder's name."""
    return "cataloom-" + (re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-") or "x")


def _free_name(place: Path, folder: Path) -> str:
    """Return a name for the units that no other catalogue's have in `place`.

    Where the folder's name is taken, the names of the folders it is in go before it, and where
    those are too (names that differ in signs only) a digest of its path behind it.
    """
    whole = folder.resolve()
    name = ""
    for first in range(len(whole.parts) - 1, 0, -1):
        name = unit_name("-".join(whole.parts[first:]))
        service = place / f"{name}.service"
        text = service.read_text("utf-8", "replace") if service.is_file() else ""
        found = WORKS_IN.search(text)
        other = Path(found[1]) if found else whole
        if other == whole or not (other / CATALOGUE_FILE).is_file():
            return name
    return f"{name}-{hashlib.sha256(os.fsencode(whole)).hexdigest()[:8]}"


def _written_elsewhere(folder: Path) -> list[Path]:
    """Return where a run writes outside of its folder: what `output` links to, the metrics."""
    whole = folder.resolve()
    metrics = load_catalogue(whole).alerts.metrics
    places = [(whole / "output").resolve()]
    if metrics and not metrics.startswith("env:"):
        places.append((whole / metrics).resolve().parent)
    return [place for place in dict.fromkeys(places) if not place.is_relative_to(whole)]


def _check_path(path: Path) -> None:
    problem = next((c for c in str(path) if c in MISREAD or (c.isspace() and c != " ")), "")
    if problem:
        raise SettingsError(
            f"the path holds {problem!r}, which systemd reads in a way of its own",
            where=str(path),
            expected="a path of letters, digits, spaces, '-', '_', '.' and '/'",
            next_step="move the folder, or use --cron",
        )


def _quoted(word: str) -> str:
    """Return a word of a line that is taken apart at spaces; a path alone on its line is not."""
    return f'"{word}"' if " " in word else word


def _check_that_it_lasts(path: Path) -> None:
    if any(path.is_relative_to(place) for place in TEMPORARY):
        raise SettingsError(
            "this is a place for temporary files, and the service sees only its own of them",
            where=str(path),
            expected="a folder that lasts, such as /srv/catalogue",
            next_step="move the folder, or use --cron",
        )


def cron_line(folder: Path, command: str, time: str = DAILY) -> str:
    """Return the line for cron: silent unless something is wrong, which cron mails.

    A `%` means a new line to cron (crontab(5)), so it is escaped, and stands outside of quotes:
    some crons leave the backslash to the shell.
    """
    whole = str(folder.resolve())
    if "\n" in whole:
        raise SettingsError(
            "the folder's name holds a line end, which a crontab cannot", where=repr(whole)
        )
    hour, minute = time.split(":")
    return f"{int(minute)} {int(hour)} * * *  {_for_cron(command)} -C {_for_cron(whole)} run"


def _for_cron(word: str) -> str:
    return r"\%".join(shlex.quote(part) if part else "" for part in word.split("%"))


def install_systemd(folder: Path, time: str = DAILY, to: Path | None = None) -> list[str]:
    """Write the units of a catalogue folder; return what to do now, a line a step."""
    _check_time(time)
    is_root = os.geteuid() == 0
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    place = to or (Path("/etc/systemd/system") if is_root else home / "systemd" / "user")
    owner = folder.resolve().owner() if is_root else ""
    elsewhere = _written_elsewhere(folder) if is_root else []
    for path in (folder.resolve(), Path(own_command())) if is_root else ():
        _check_that_it_lasts(path)
    try:
        free = _free_name(place, folder)
        units = systemd_units(folder, own_command(), time, owner, name=free, elsewhere=elsewhere)
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
        try:
            before = to.read_text("utf-8") if to.is_file() else ""
            to.write_text(_with_line(before, mark, line), "utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise OutputError(
                f"cannot be written: {getattr(error, 'strerror', '') or 'it is no UTF-8 text'}",
                where=str(to),
                expected="a crontab file, or a new one in a folder that is there",
                next_step="name another file with --to, or leave --to out for your own crontab",
            ) from error
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
