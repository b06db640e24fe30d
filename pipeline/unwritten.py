"""Lines of `runs.jsonl` that the output folder did not take, kept where this user's state is kept.

STATE/cataloom/<digest>.jsonl    which catalogue's, after which run; then a line for each run

Without them nobody would know that people were told already, and they would be told with each run
of a disk that cannot be written. STATE is `$XDG_STATE_HOME`, else `~/.local/state`; where that
cannot be written either, the folder for temporary files.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

MOST = 1000  # lines; the oldest go


def keep_line(output: Path, after: str, line: bytes) -> bool:
    """Keep a line, on top of the run that began `after`; say whether there was a place for it."""
    head, kept = _head(output, after), read_lines(output, after)
    data = b"\n".join((head, *kept[-MOST:], line)) + b"\n"
    for place in _places():
        with contextlib.suppress(OSError):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not _is_own(place):
                continue
            file = place / _name(output)
            spare = file.with_suffix(".partial")
            spare.unlink(missing_ok=True)
            handle = os.open(spare, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with open(handle, "wb") as stream:  # noqa: PTH123 - opened above, never through a link
                stream.write(data)
            spare.replace(file)
            return True
    return False


def read_lines(output: Path, after: str) -> Sequence[bytes]:
    """Return the lines that are kept, if the last run on record is still the one of `after`."""
    for place in _places():
        with contextlib.suppress(OSError):
            if _is_own(place):
                head, *lines = (place / _name(output)).read_bytes().splitlines()
                if head == _head(output, after):
                    return lines
    return []


def forget_lines(output: Path) -> None:
    """Remove the lines that are kept."""
    for place in _places():
        with contextlib.suppress(OSError):
            (place / _name(output)).unlink()


def _places() -> Iterator[Path]:
    state = os.environ.get("XDG_STATE_HOME", "")
    home = os.environ.get("HOME", "")
    if state or home:
        yield (Path(state) if state else Path(home) / ".local" / "state") / "cataloom"
    temporary = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - the folder is checked to be own
    yield Path(temporary) / f"cataloom-{os.geteuid()}"


def _is_own(place: Path) -> bool:
    """Say whether it is a folder of this user: anyone may make one in the temporary folder."""
    found = place.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _name(output: Path) -> str:
    return hashlib.sha256(os.fsencode(output.resolve())).hexdigest()[:32] + ".jsonl"


def _head(output: Path, after: str) -> bytes:
    return json.dumps({"output": str(output.resolve()), "after": after}).encode()
