"""What a query's process may not do: open sockets, write files, take more than its share.

Limits are soft ones of the process itself. Linux enforces all of them; macOS has no seccomp and
does not enforce RLIMIT_DATA, so there only the refusal of SERVICE by reading and the kill hold.
"""

from __future__ import annotations

import ctypes
import math
import os
import resource
import struct
import sys
from typing import Final

# AUDIT_ARCH_* of linux/audit.h; then the numbers of: socket, connect, execve, execveat,
# io_uring_setup (a ring can open sockets past any filter).
_ARCHITECTURES: Final = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 425)),
}
_X32_BIT: Final = 0x40000000  # numbers of the x32 interface, which would pass the comparison

# linux/filter.h and linux/seccomp.h
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_PERMISSION_DENIED: Final = 13  # EACCES
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _MODE_FILTER = 22, 38, 2

MEGABYTE: Final = 1 << 20
CPU_MARGIN: Final = 2  # seconds by which the parent's kill comes first


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def seccomp_filter(machine: str) -> bytes:
    """Return the BPF program that refuses sockets and programs; empty for an unknown machine."""
    if machine not in _ARCHITECTURES:
        return b""
    architecture, refused = _ARCHITECTURES[machine]
    count = len(refused)
    steps = [
        (_LOAD, 0, 0, 4),  # seccomp_data.arch
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # seccomp_data.nr
        (_AT_LEAST, count + 1, 0, _X32_BIT),
        *((_EQUAL, count - index, 0, number) for index, number in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE | _PERMISSION_DENIED),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def refuse_sockets() -> bool:
    """Let this process, for good, open no socket and start no program; False where it cannot be.

    Threads that exist already are not bound: call it before anything starts one.
    """
    code = seccomp_filter(os.uname().machine) if sys.platform == "linux" else b""
    if not code:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(code) // 8, code)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) == 0)


def refuse_writing() -> None:
    """Let this process write to pipes only; neither does it leave a core dump."""
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE):
        _limit(limit, 0)


def cap_processor(seconds: float) -> None:
    """End this process when it has computed for longer than its parent lets it wait.

    The parent kills it earlier; this is for a parent that died.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + seconds) + CPU_MARGIN)


def cap_memory(megabytes: int) -> None:
    """Let this process take so much memory beyond what it has now.

    RLIMIT_DATA counts what is really allocated; RLIMIT_AS would count address space that RocksDB
    and the threads' arenas only reserve (half a gigabyte before the first query).
    """
    try:
        with open("/proc/self/statm", encoding="ascii") as sizes:  # noqa: PTH123 - pathlib costs 10 ms
            pages = int(sizes.read().split()[5])
    except OSError:  # no /proc: macOS
        return
    _limit(resource.RLIMIT_DATA, pages * resource.getpagesize() + megabytes * MEGABYTE)


def _limit(limit: int, value: int) -> None:
    _, hard = resource.getrlimit(limit)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(limit, (value, hard))
