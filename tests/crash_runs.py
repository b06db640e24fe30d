"""Runs of catalogues in processes that die: `python -m tests.crash_runs`, asked over its pipes.

Each line on standard input is a `Wanted` (JSON), each line on standard output a `Died`. A run is a
forked child of this process, which has the models in memory already, so that hundreds of runs are
killed in the time of a few. The child is a real process: it is killed by SIGKILL from outside after
a time, or it kills itself at the n-th of those calls that change what is on the disk.
"""

from __future__ import annotations

import io
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parent.parent
CHANGES = frozenset(
    {"os.rename", "os.link", "os.symlink", "os.remove", "os.rmdir", "os.mkdir", "os.truncate"}
)
"""Audit events of calls that change a folder; `os.replace` and `Path.replace` are `os.rename`."""

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Wanted(msgspec.Struct, frozen=True):
    """A run of the catalogue in `folder`, with these arguments of the command line.

    It is killed after so many seconds (0: never), or before its n-th change of the disk (0: never);
    with a `filler`, that file takes all the room on its disk instead. No file may get larger than
    `largest` bytes (-1: any size).
    """

    folder: str
    epoch: int
    arguments: tuple[str, ...] = ("run", "--jobs", "1")
    seconds: float = 0.0
    change: int = 0
    filler: str = ""
    largest: int = -1


class Died(msgspec.Struct, frozen=True):
    """How a run ended: exit code (-9: it was killed), seconds, what it said, what it changed.

    `changes` are the event and the path, below the folder, of each change; of a run that was killed
    there are none.
    """

    code: int
    seconds: float
    said: str = ""
    changes: tuple[tuple[str, str], ...] = ()


class Runs:
    """Has runs done by a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def do(self, wanted: Wanted) -> Died:
        """Do one run and say how it ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(wanted) + b"\n")
        self._process.stdin.flush()
        return msgspec.json.decode(self._process.stdout.readline(), type=Died)


@contextmanager
def dying_runs() -> Iterator[Runs]:
    """Start the process that does the runs; it ends with the context."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crash_runs"], cwd=ROOT, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        try:
            yield Runs(process)
        finally:
            process.kill()


def warm_up() -> None:
    """Load what takes long, but nothing that starts threads: a forked child has none of them."""
    from importlib import import_module

    from pipeline.clean.language import decide
    from pipeline.link.subjects import lemma
    from pipeline.settings import LanguageSettings

    for name in ("run", "attending", "working", "telling", "held", "retention", "publish.graph",
                 "extract.fetch", "extract.text_listing", "validate.lint_shapes"):  # fmt: skip
        import_module(f"pipeline.{name}")
    for name in ("pyoxigraph", "isal.igzip", "backports.zstd", "shacl", "requests"):
        import_module(name)
    decide("The savings of the village", ("en", "es"), LanguageSettings())
    for language in ("en", "es", "fr", "pt"):
        lemma("banks", language)


def main() -> None:
    """Do what is asked for until the pipe ends."""
    warm_up()
    for line in sys.stdin.buffer:
        died = _forked(msgspec.json.decode(line, type=Wanted))
        sys.stdout.buffer.write(msgspec.json.encode(died) + b"\n")
        sys.stdout.buffer.flush()


def _forked(wanted: Wanted) -> Died:
    reading, writing = os.pipe()
    begun = time.monotonic()
    child = os.fork()
    if not child:
        os.close(reading)
        _run(wanted, writing)
    os.close(writing)
    killer = threading.Timer(wanted.seconds, os.kill, (child, signal.SIGKILL))
    if wanted.seconds:
        killer.start()
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    killer.cancel()
    if killer.is_alive():
        killer.join()
    seconds = time.monotonic() - begun
    code = os.waitstatus_to_exitcode(status)
    if code:
        return Died(code, seconds)
    return msgspec.structs.replace(msgspec.json.decode(told, type=Died), seconds=seconds)


def _run(wanted: Wanted, pipe: int) -> None:
    """Do one run in this (forked) process, and end it."""
    from pipeline.__main__ import main as cataloom

    os.environ["SOURCE_DATE_EPOCH"] = str(wanted.epoch)
    changes: list[tuple[str, str]] = []
    said = io.StringIO()
    code = 1

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" and event not in CHANGES:
            return
        place = _place(event, arguments)
        if wanted.folder not in place:
            return
        changes.append((event, place.replace(f"{wanted.folder}/", "")))
        if len(changes) != wanted.change:
            return
        if not wanted.filler:
            os.kill(os.getpid(), signal.SIGKILL)
        fill(Path(wanted.filler))

    sys.addaudithook(watch)
    if wanted.largest >= 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (wanted.largest, resource.RLIM_INFINITY))
    try:
        with redirect_stderr(said):
            cataloom(["-C", wanted.folder, *wanted.arguments])
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 0
    except BaseException as error:
        said.write(f"Traceback: {error!r}")
    finally:
        died = Died(code, 0.0, said.getvalue(), tuple(changes))
        with os.fdopen(pipe, "wb") as told:
            told.write(msgspec.json.encode(died))
        os._exit(0)


def fill(file: Path, room: int = 0) -> None:
    """Let a file take all of its disk, but for so many bytes."""
    with file.open("wb") as filler:
        found = os.statvfs(file)
        size = found.f_bavail * found.f_frsize - room
        if size > 0:
            os.posix_fallocate(filler.fileno(), 0, size)


def _place(event: str, arguments: tuple[Any, ...]) -> str:
    """Return what a call is about to change; nothing where it only reads."""
    if event in {"os.rename", "os.link", "os.symlink"}:
        return f"{arguments[0]} -> {arguments[1]}"
    if event == "open":
        writes = isinstance(arguments[2], int) and arguments[2] & WRITING
        return str(arguments[0]) if writes else ""
    folder = arguments[-1]
    if isinstance(folder, int) and folder >= 0:  # relative to an open folder, as rmtree does it
        with suppress(OSError):
            return f"{Path(f'/proc/self/fd/{folder}').readlink()}/{arguments[0]}"
    return str(arguments[0])


if __name__ == "__main__":
    main()
