"""Time and memory: what goes beyond is killed, says so, and leaves nothing behind."""

from __future__ import annotations

import io
import os
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import QueryError, QueryTimeout
from pipeline.query import query
from pipeline.settings import QuerySettings

Ask = Callable[..., bytes]
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def large(graph: Path, sparql: str, *, timeout: float = 30, memory: int = 512) -> bytes:
    output = io.BytesIO()
    query(graph, sparql, output, limits=QuerySettings(timeout=timeout, memory=memory))
    return output.getvalue()


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the ids of the processes that queries start from now on."""
    started: list[int] = []
    initialise = subprocess.Popen.__init__

    def recorded(self: subprocess.Popen[bytes], *arguments: Any, **options: Any) -> None:
        initialise(self, *arguments, **options)
        started.append(self.pid)

    monkeypatch.setattr(subprocess.Popen, "__init__", recorded)
    return started


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_query_that_does_not_end_is_killed(large_graph: Path, workers: list[int]) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTimeout, match=r"did not end within 0.5 s.*--timeout 2") as caught:
        large(large_graph, ENDLESS, timeout=0.5)
    assert 0.5 <= time.monotonic() - started < 1.5
    assert caught.value.exit_code == 6
    assert len(workers) == 1
    assert gone(workers[0])


def test_a_cut_answer_says_so(large_graph: Path, workers: list[int]) -> None:
    class Counting(io.RawIOBase):
        size = 0

        def write(self, data: object, /) -> int:
            assert isinstance(data, bytes)
            self.size += len(data)
            return len(data)

    output = Counting()
    with pytest.raises(QueryTimeout, match="what was printed is not the whole answer"):
        query(
            large_graph,
            "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
            output,  # type: ignore[arg-type] # writes bytes
            limits=QuerySettings(timeout=0.7, memory=256),
            format="csv",
        )
    assert output.size > 0
    assert gone(workers[0])


def test_a_slow_reader_is_not_the_query_s_fault(graph: Path) -> None:
    class Slow(io.BytesIO):
        def write(self, data: object, /) -> int:
            time.sleep(1)
            return super().write(data)  # type: ignore[arg-type] # passed on

    output = Slow()
    query(graph, "SELECT * { ?s ?p ?o }", output, limits=QuerySettings(timeout=0.9), format="csv")
    assert output.getvalue().count(b"\r\n") == 17


def test_a_reader_that_goes_away_ends_the_process(large_graph: Path, workers: list[int]) -> None:
    class Closed(io.BytesIO):
        def write(self, _: object, /) -> int:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        query(large_graph, "SELECT * { ?a ?b ?c . ?d ?e ?f }", Closed(), limits=QuerySettings())
    assert gone(workers[0])


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the cap needs Linux")
def test_memory_is_capped(large_graph: Path, workers: list[int]) -> None:
    asked = "SELECT DISTINCT ?a ?c ?f { ?a ?b ?c . ?d ?e ?f }"
    with pytest.raises(QueryError, match=r"needs more than 32 MB of memory.*raise memory"):
        large(large_graph, f"SELECT (COUNT(*) AS ?n) {{ {asked} }}", memory=32)
    assert gone(workers[0])


def test_deep_nesting_is_an_error_not_a_crash(ask: Ask) -> None:
    with pytest.raises(QueryError, match="brought the engine down"):
        ask(f"ASK {{ FILTER({'(' * 30000}1{')' * 30000}) }}")


def test_queries_run_side_by_side(graph: Path, large_graph: Path) -> None:
    def one(number: int) -> bytes:
        if number == 0:
            with pytest.raises(QueryTimeout):
                large(large_graph, ENDLESS, timeout=0.6)
            return b"killed"
        output = io.BytesIO()
        query(graph, f"SELECT ({number} AS ?n) {{ }}", output, limits=QuerySettings())
        return output.getvalue().splitlines()[2]

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, range(6)))
    assert answers == [b"killed", b"1", b"2", b"3", b"4", b"5"]
