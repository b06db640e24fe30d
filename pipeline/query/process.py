"""The query's process, seen from outside: started, read from, killed at its limit."""

from __future__ import annotations

import dataclasses
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import BinaryIO, Final

from pipeline.errors import CataloomError, QueryError, QueryTimeout, ReleaseError, show_path
from pipeline.query import syntax
from pipeline.query.worker import REPORT
from pipeline.release import AGAIN, damaged_files

CHUNK: Final = 1 << 16
COMPLAINTS_KEPT: Final = 1 << 16  # bytes of the worker's stderr, the last ones


@dataclasses.dataclass(frozen=True)
class Request:
    """What the worker is told. Strings are UTF-8, `seconds` wall time, `width` columns (0: any).

    `prefixes` are known without a declaration, `shown_prefixes` (with the query's own) shorten the
    IRIs of the answer.
    """

    graph: str
    query: str
    format: str
    prefixes: dict[str, str]
    shown_prefixes: dict[str, str]
    base: str
    width: int
    seconds: float
    megabytes: int


def run(request: Request, output: BinaryIO) -> None:
    """Run the request in a process of its own and copy its answer to `output`.

    The clock stands still while `output` takes its time (a pager, a slow client). Whatever ends
    this function, the process is gone then. Raises as `pipeline.query.query` does.
    """
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "pipeline.query.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
        bufsize=0,
    ) as process:
        try:
            complaints, written = _exchange(process, request, output)
        finally:
            process.kill()
    if process.returncode != 0:
        raise _failure(process.returncode, complaints, request, written)


def _environment() -> dict[str, str]:
    """Return the worker's environment: this package is found, a panic prints no backtrace."""
    ours = str(Path(__file__).resolve().parent.parent.parent)
    path = os.environ.get("PYTHONPATH", "")
    return {
        **os.environ,
        "PYTHONPATH": f"{ours}{os.pathsep}{path}" if path else ours,
        "RUST_BACKTRACE": "0",
    }


def _exchange(
    process: subprocess.Popen[bytes], request: Request, output: BinaryIO
) -> tuple[str, int]:
    """Send the request, copy the answer; return what the worker said on stderr and the bytes given.

    Raises `QueryTimeout` when the seconds are used up.
    """
    stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
    if stdin is None or stdout is None or stderr is None:  # cannot be: all three are pipes
        raise AssertionError
    unsent = memoryview(json.dumps(dataclasses.asdict(request)).encode())
    os.set_blocking(stdin.fileno(), False)
    complaints = b""
    written = 0
    deadline = time.monotonic() + request.seconds
    with selectors.DefaultSelector() as selector:
        selector.register(stdin, selectors.EVENT_WRITE)
        selector.register(stdout, selectors.EVENT_READ)
        selector.register(stderr, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(deadline - time.monotonic(), 0))
            if time.monotonic() >= deadline:
                raise _timeout(request, written)
            for key, _ in ready:
                if key.fileobj is stdin:
                    unsent = _send(stdin.fileno(), unsent)
                    if not unsent:
                        selector.unregister(stdin)
                        stdin.close()
                    continue
                chunk = os.read(key.fd, CHUNK)
                if not chunk:
                    selector.unregister(key.fileobj)
                elif key.fileobj is stdout:
                    written += len(chunk)
                    before = time.monotonic()
                    output.write(chunk)
                    deadline += time.monotonic() - before
                else:
                    complaints = (complaints + chunk)[-COMPLAINTS_KEPT:]
    try:
        process.wait(timeout=max(deadline - time.monotonic(), 0.1))
    except subprocess.TimeoutExpired:
        raise _timeout(request, written) from None
    return complaints.decode(errors="replace"), written


def _send(descriptor: int, unsent: memoryview) -> memoryview:
    try:
        return unsent[os.write(descriptor, unsent[:CHUNK]) :]
    except BlockingIOError:
        return unsent
    except BrokenPipeError:  # it died; its exit code says why
        return unsent[:0]


def _timeout(request: Request, written: int) -> QueryTimeout:
    cut = "; what was printed is not the whole answer" if written else ""
    return QueryTimeout(
        f"the query did not end within {request.seconds:g} s and was stopped{cut}",
        next_step="ask for less (a narrower pattern, a LIMIT), or allow more time: "
        f"--timeout {max(request.seconds * 4, 1):g}, or timeout under [query] in catalogue.toml",
    )


def _failure(code: int, complaints: str, request: Request, written: int) -> CataloomError:
    """Return the exception for a worker that ended with `code` and said `complaints`."""
    cut = "; what was printed is not the whole answer" if written else ""
    if code == -signal.SIGXCPU:
        return _timeout(request, written)
    if code < 0:
        return _killed(-code, complaints, request, cut)
    _, found, report = complaints.rpartition(REPORT)
    said = json.loads(report) if found else {"kind": ""}
    if said["kind"] == "syntax":
        return syntax.explain(request.query, said["message"], request.prefixes)
    if said["kind"] == "evaluation":
        return QueryError(f"the query cannot be answered: {said['message']}{cut}")
    if said["kind"] == "store":
        return _unreadable(request, said["message"], cut)
    return _unexplained(code, complaints.strip().rpartition("\n")[2], request, cut)


def _unexplained(code: int, complaint: str, request: Request, cut: str) -> CataloomError:
    if _is_damaged(Path(request.graph)):
        return _unreadable(request, complaint, cut)
    return CataloomError(
        f"the query's process failed with exit code {code}{cut}: {complaint}",
        next_step="report this, with the query",
    )


def _unreadable(request: Request, why: str, cut: str) -> ReleaseError:
    where = show_path(Path(request.graph))
    return ReleaseError(
        f"the graph cannot be read: {' '.join(why.split())}{cut}", where=where, next_step=AGAIN
    )


def _is_damaged(graph: Path) -> bool:
    """Say whether the graph is not what its release says; False where no release says it."""
    try:
        return any(name.startswith(f"{graph.name}/") for name in damaged_files(graph.parent))
    except ReleaseError:
        return False


def _killed(number: int, complaints: str, request: Request, cut: str) -> CataloomError:
    """Return the error for a worker that signal `number` ended, which was not our doing."""
    if _is_damaged(Path(request.graph)):
        return _unreadable(
            request, f"it brought the engine down ({signal.Signals(number).name})", cut
        )
    memory = "memory allocation of" in complaints or "bad_alloc" in complaints
    if memory or number == signal.SIGKILL:  # the system's own killer, when memory runs out
        return QueryError(
            f"the query needs more than {request.megabytes} MB of memory{cut}",
            next_step="ask for less (fewer variables, no DISTINCT or ORDER BY over everything), or "
            "raise memory under [query] in catalogue.toml",
        )
    return QueryError(
        f"the query brought the engine down ({signal.Signals(number).name}){cut}",
        next_step="simplify it: very deep nesting does this",
    )
