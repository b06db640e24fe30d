"""A process pool that starts only when there is more than one task, and keeps results in order."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

FEWEST = 2  # tasks for which processes are worth starting
OBJECTS = 100_000  # new ones before the collector looks; Python's 700 cost a tenth of a run's time
AHEAD = 2  # tasks a process may have waiting, so that tasks are not made faster than they are done


class Workers:
    """`jobs` processes (0: one a core); with one job everything runs in this process."""

    def __init__(self, jobs: int) -> None:
        """Start nothing yet."""
        self.jobs = jobs or _cores()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._pool is None:
            return
        if kind is not None:  # do not wait for work that nobody wants any more
            for process in list(self._pool._processes.values()):
                process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def in_order(self, function: Callable[[T], R], tasks: Iterable[T]) -> Iterator[R]:
        """Yield `function(task)` for each task, in the order of the tasks.

        `function` must be importable by name and, like its argument and result, picklable.
        """
        waiting = iter(tasks)
        first = list(zip(range(FEWEST), waiting, strict=False))
        if len(first) < FEWEST or self.jobs == 1:
            yield from (function(task) for _, task in first)
            yield from (function(task) for task in waiting)
            return
        pool = self._started()
        futures: deque[Future[R]] = deque(pool.submit(function, task) for _, task in first)
        while futures:
            while len(futures) < self.jobs * AHEAD:
                try:
                    futures.append(pool.submit(function, next(waiting)))
                except StopIteration:
                    break
            yield futures.popleft().result()

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self.jobs,
                multiprocessing.get_context("forkserver"),
                _begin,
            )
        return self._pool


@contextlib.contextmanager
def rarely_collecting() -> Iterator[None]:
    """Let the collector of cycles look rarely: records are many, and hold none."""
    before = gc.get_threshold()
    gc.set_threshold(OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _begin() -> None:
    """Leave interrupts to the parent, and end with it: one that was killed ends no worker."""
    gc.set_threshold(OBJECTS)
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.join,), daemon=True).start()


def _end_after(wait: Callable[[], None]) -> None:
    wait()
    os._exit(1)


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
