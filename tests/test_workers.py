"""The process pool: results in order, started only when it is worth it, ended on failure."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from pipeline.errors import SourceError
from pipeline.workers import Workers


def double(number: int) -> tuple[int, int]:
    return number * 2, os.getpid()


def fail(number: int) -> int:
    if number == 3:
        raise SourceError("three is too many", where="here", next_step="count again")
    return number


def test_one_task_or_one_job_needs_no_process() -> None:
    with Workers(2) as workers:
        assert list(workers.in_order(double, [1])) == [(2, os.getpid())]
    with Workers(1) as workers:
        assert {pid for _, pid in workers.in_order(double, range(5))} == {os.getpid()}


def test_results_come_in_the_order_of_the_tasks() -> None:
    with Workers(2) as workers:
        results = list(workers.in_order(double, range(20)))
    assert [number for number, _ in results] == list(range(0, 40, 2))
    assert os.getpid() not in {pid for _, pid in results}


def test_tasks_are_not_made_faster_than_they_are_done() -> None:
    made: list[int] = []

    def tasks() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            yield number

    with Workers(2) as workers:
        for done, _ in enumerate(workers.in_order(double, tasks())):
            assert len(made) <= done + 6


def test_a_failure_in_a_process_keeps_its_message() -> None:
    with pytest.raises(SourceError) as caught, Workers(2) as workers:
        list(workers.in_order(fail, range(10)))
    assert str(caught.value) == "here: three is too many; next: count again"
    assert caught.value.exit_code == 3


def test_jobs_default_to_the_cores() -> None:
    assert Workers(0).jobs >= 1
