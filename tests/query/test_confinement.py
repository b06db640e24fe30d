"""What the worker may not do, tried in a process of its own or undone afterwards."""

from __future__ import annotations

import multiprocessing
import os
import platform
import resource
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from pipeline.query import confinement

KNOWN = sys.platform == "linux" and platform.machine() in {"x86_64", "aarch64"}


@contextmanager
def limits() -> Iterator[None]:
    """Put the process's limits back, before pytest writes its next word to a file."""
    kinds = (
        resource.RLIMIT_FSIZE,
        resource.RLIMIT_CORE,
        resource.RLIMIT_CPU,
        resource.RLIMIT_DATA,
    )
    before = [resource.getrlimit(kind) for kind in kinds]
    try:
        yield
    finally:
        for kind, limit in zip(kinds, before, strict=True):
            resource.setrlimit(kind, limit)


def _try_everything(answers: Connection) -> None:
    import pyoxigraph

    confined = confinement.refuse_sockets()
    refused = []
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        try:
            socket.socket(family)
        except PermissionError:
            refused.append("socket")
    try:
        os.execv("/bin/true", ["true"])  # noqa: S606 - what must be refused
    except PermissionError:
        refused.append("program")
    try:
        list(pyoxigraph.Store().query("SELECT * { SERVICE <http://127.0.0.1:8/> { ?s ?p ?o } }"))  # type: ignore[arg-type] # rows
    except OSError as error:
        refused.append(str(error))
    answers.send((confined, refused))


@pytest.mark.skipif(not KNOWN, reason="there is no seccomp filter for this system")
def test_sockets_and_programs_are_refused() -> None:
    spawn = multiprocessing.get_context("spawn")
    answers, sending = spawn.Pipe(duplex=False)
    child = spawn.Process(target=_try_everything, args=(sending,))
    child.start()
    sending.close()
    assert answers.poll(30), "the child ended without an answer: it became another program"
    confined, refused = answers.recv()
    child.join()
    assert confined
    assert refused[:4] == ["socket", "socket", "socket", "program"]
    assert "Permission denied" in refused[4] or "not allowed" in refused[4]


def _run(program: bytes, architecture: int, number: int) -> int:
    """Run a BPF program as the kernel does, over the two fields that ours reads."""
    data = {0: number, 4: architecture}
    instructions = list(struct.iter_unpack("HBBI", program))
    accumulator, position = 0, 0
    while True:
        code, yes, no, value = instructions[position]
        position += 1
        if code == 0x20:
            accumulator = data[value]
        elif code == 0x15:
            position += yes if accumulator == value else no
        elif code == 0x35:
            position += yes if accumulator >= value else no
        else:
            assert code == 0x06
            return int(value)


@pytest.mark.parametrize(
    ("machine", "architecture", "refused", "allowed"),
    [
        ("x86_64", 0xC000003E, [41, 42, 59, 322, 425, 0x40000029], [0, 1, 9, 40, 43, 60, 424]),
        ("aarch64", 0xC00000B7, [198, 203, 221, 281, 425], [0, 63, 64, 197, 199, 222]),
    ],
)
def test_the_filter_refuses_by_number(
    machine: str, architecture: int, refused: list[int], allowed: list[int]
) -> None:
    program = confinement.seccomp_filter(machine)
    assert {_run(program, architecture, number) for number in refused} == {0x0005000D}
    assert {_run(program, architecture, number) for number in allowed} == {0x7FFF0000}
    assert _run(program, 0x40000003, 41) == 0x80000000  # the 32-bit interface: killed


def test_an_unknown_machine_has_no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    assert confinement.seccomp_filter("riscv64") == b""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert confinement.refuse_sockets() is False


def test_no_file_can_be_written(tmp_path: Path) -> None:
    with limits():
        confinement.refuse_writing()
        with pytest.raises(OSError, match="File too large"):
            (tmp_path / "file").write_bytes(b"x")
        assert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0


def test_processor_time_is_what_was_used_and_the_limit() -> None:
    with limits():
        used = resource.getrusage(resource.RUSAGE_SELF)
        confinement.cap_processor(1.5)
        soft, _ = resource.getrlimit(resource.RLIMIT_CPU)
        assert 3 < soft - used.ru_utime - used.ru_stime < 5


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the cap needs Linux")
def test_memory_is_what_is_there_and_the_limit() -> None:
    with limits():
        confinement.cap_memory(100)
        with pytest.raises(MemoryError):
            bytearray(400 << 20)
        assert len(bytearray(10 << 20)) == 10 << 20


def test_without_proc_memory_is_not_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    with limits():
        before = resource.getrlimit(resource.RLIMIT_DATA)

        def missing(*_: object, **__: object) -> None:
            raise FileNotFoundError

        monkeypatch.setattr("builtins.open", missing)
        confinement.cap_memory(100)
        monkeypatch.undo()
        assert resource.getrlimit(resource.RLIMIT_DATA) == before


def test_a_lower_hard_limit_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (50, 50))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limit: limits.append(limit))
    confinement._limit(resource.RLIMIT_CPU, 1000)
    assert limits == [(50, 50)]
