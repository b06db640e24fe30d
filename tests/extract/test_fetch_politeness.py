"""Pauses, Retry-After, back-off and the time of a source, on a clock that does not run."""

from __future__ import annotations

from email.utils import formatdate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract.fetch import Fetcher, HttpError
from pipeline.extract.politeness import (
    LONGEST_BACK_OFF,
    MOST_SECONDS,
    Pauses,
    back_off,
    retry_after,
)
from pipeline.settings import SourceFetch
from tests.extract.faulty_server import FaultyServer
from tests.extract.web import (
    CATALOGUE,
    Answer,
    Answers,
    Request,
    Watch,
    Web,
    fetcher_for,
    live_source,
)


class Ask:
    """Asks for pages of a server and notes what was slept."""

    def __init__(self, output: Path, **fetch: float) -> None:
        self.output = output
        self.watch = Watch()
        self.fetch = SourceFetch(robots=False, **fetch)  # type: ignore[arg-type]

    def pages(self, answers: Answers, *paths: str) -> list[str]:
        """Return what was asked for."""
        with Web(answers) as web:
            source = live_source(web.url(), fetch=self.fetch)
            fetcher = fetcher_for(source, self.output, watch=self.watch)
            try:
                for path in paths:
                    fetcher.get(web.url(path))
            finally:
                self.asked = web.paths
        return self.asked

    @property
    def slept(self) -> list[float]:
        return self.watch.slept


def busy(times: int, status: int = 503, **headers: str) -> Answers:
    """Answer with `status` so many times, then with a page."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    seen: list[Request] = []

    def answer(request: Request) -> Answer:
        seen.append(request)
        return Answer(b"", status, named) if len(seen) <= times else Answer("page")

    return {"/a": answer}


def test_a_host_is_left_alone_between_two_requests(tmp_path: Path) -> None:
    ask = Ask(tmp_path, pause=3)
    ask.pages({"/a": "1", "/b": "2", "/c": "3"}, "/a", "/b", "/c")
    assert ask.slept == [3, 3]


def test_two_sources_at_one_host_keep_one_pause(tmp_path: Path) -> None:
    watch, pauses = Watch(), Pauses()
    with Web({"/a": "1", "/b": "2"}) as web:
        for name in ("one", "two"):
            source = live_source(web.url(), name=name, fetch=SourceFetch(pause=3, robots=False))
            fetcher = Fetcher(source, CATALOGUE, tmp_path, clock=watch.clock(), pauses=pauses)
            fetcher.get(web.url("/a"))
    assert watch.slept == [3]


def test_another_host_need_not_wait() -> None:
    pauses = Pauses()
    pauses.asked("https://a.example/1", 100.0)
    assert pauses.wait("https://b.example/1", 5.0, 100.0) == 0
    assert pauses.wait("http://a.example:81/1", 5.0, 101.0) == 4
    assert pauses.wait("https://a.example/1", 5.0, 200.0) == 0
    pauses.leave_alone("https://a.example/1", 150.0)
    pauses.leave_alone("https://a.example/1", 120.0)
    assert pauses.wait("https://a.example/2", 5.0, 110.0) == 40
    assert pauses.wait("http://a.example:81/2", 5.0, 110.0) == 0, "another server"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(tmp_path: Path, status: int) -> None:
    ask = Ask(tmp_path, retries=3)
    assert ask.pages(busy(2, status), "/a") == ["/a"] * 3
    first, second = ask.slept
    assert 0.5 <= first <= 1 <= second <= 2


def test_a_connection_that_breaks_is_tried_again_after_a_while(tmp_path: Path) -> None:
    watch = Watch()
    with FaultyServer() as server:
        fetch = SourceFetch(robots=False, retries=2)
        fetcher = fetcher_for(live_source(server.url("/"), fetch=fetch), tmp_path, watch=watch)
        with pytest.raises(SourceError, match="closed the connection before it answered whole"):
            fetcher.get(server.url("/early-close"))
        assert server.count("/early-close") == 3
    first, second = watch.slept
    assert 0.5 <= first <= 1 <= second <= 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 410, 422, 501, 505])
def test_what_will_not_pass_is_not(tmp_path: Path, status: int) -> None:
    ask = Ask(tmp_path, retries=3)
    with pytest.raises(HttpError) as caught:
        ask.pages(busy(1, status), "/a")
    assert caught.value.status == status
    assert (ask.asked, ask.slept) == (["/a"], [])


def test_it_is_given_up_after_the_last_attempt(tmp_path: Path) -> None:
    ask = Ask(tmp_path, retries=2)
    with pytest.raises(HttpError, match="HTTP 503 Service Unavailable, 3 times over"):
        ask.pages(busy(99), "/a")
    assert (len(ask.asked), len(ask.slept)) == (3, 2)


def test_retry_after_is_obeyed(tmp_path: Path) -> None:
    ask = Ask(tmp_path, retries=1)
    ask.pages(busy(1, 429, Retry_After="120"), "/a")
    assert ask.slept == [120]


def test_retry_after_as_a_date_is_obeyed(tmp_path: Path) -> None:
    ask = Ask(tmp_path, retries=1)
    ask.pages(busy(1, 503, Retry_After=formatdate(ask.watch.time + 90, usegmt=True)), "/a")
    assert ask.slept == [90]


@pytest.mark.parametrize("value", ["soon", "-5", "1.5", "", formatdate(0, usegmt=True), "0"])
def test_a_retry_after_of_nothing_is_a_back_off(tmp_path: Path, value: str) -> None:
    ask = Ask(tmp_path, retries=1)
    ask.pages(busy(1, 503, Retry_After=value), "/a")
    assert 0.5 <= ask.slept[0] <= 1


def test_a_longer_retry_after_says_when_to_come_back(tmp_path: Path) -> None:
    ask = Ask(tmp_path, retries=3, retry_after=60)
    with pytest.raises(HttpError) as caught:
        ask.pages(busy(1, 429, Retry_After="61"), "/a")
    assert "asks to be left alone for 61 s (HTTP 429); expected at most 60 s" in str(caught.value)
    assert "run again after 2027-01-15 08:01 UTC" in caught.value.next_step
    assert (caught.value.status, ask.slept, len(ask.asked)) == (429, [], 1)


def test_no_source_asks_a_host_that_wants_to_be_left_alone(tmp_path: Path) -> None:
    watch, pauses = Watch(), Pauses()
    with Web(busy(1, 503, Retry_After="4000")) as web:
        for name in ("one", "two"):
            source = live_source(web.url(), name=name, fetch=SourceFetch(robots=False))
            fetcher = Fetcher(source, CATALOGUE, tmp_path, clock=watch.clock(), pauses=pauses)
            with pytest.raises(HttpError, match="asks to be left alone for 4,000 s"):
                fetcher.get(web.url("/a"))
        assert len(web.requests) == 1
    assert watch.slept == []


def test_a_moment_beyond_the_calendar_is_told_too(tmp_path: Path) -> None:
    ask = Ask(tmp_path)
    ask.watch.time = 253_402_300_000.0  # the last second of the year 9999
    with pytest.raises(HttpError, match="run again after far in the future"):
        ask.pages(busy(1, 503, Retry_After="99999999"), "/a")


def test_the_time_of_a_source_is_bounded(tmp_path: Path) -> None:
    ask = Ask(tmp_path, pause=10, source_seconds=25)
    with pytest.raises(SourceError) as caught:
        ask.pages({"/a": "1", "/b": "2", "/c": "3", "/d": "4"}, "/a", "/b", "/c", "/d")
    assert ask.asked == ["/a", "/b", "/c"]
    assert ask.slept == [10, 10]
    assert "/d: the harvest has not come to its end within 25 s" in str(caught.value)
    assert "it goes on at this page" in caught.value.next_step


def test_waits_beyond_the_time_of_a_source_are_not_begun(tmp_path: Path) -> None:
    ask = Ask(tmp_path, source_seconds=25, retries=3)
    with pytest.raises(SourceError, match="has not come to its end within 25 s"):
        ask.pages(busy(9, 503, Retry_After="30"), "/a")
    assert ask.slept == []


def test_no_limit_is_none(tmp_path: Path) -> None:
    ask = Ask(tmp_path, source_seconds=0, response_seconds=0, pause=1)
    assert ask.pages({"/a": "1", "/b": "2"}, "/a", "/b") == ["/a", "/b"]


@given(st.integers(0, 10_000))
def test_a_back_off_doubles_up_to_a_minute(attempt: int) -> None:
    whole = min(LONGEST_BACK_OFF, 2.0**attempt) if attempt < 20 else LONGEST_BACK_OFF
    assert whole / 2 <= back_off(attempt) <= whole


@given(st.text(max_size=40) | st.integers().map(str) | st.datetimes().map(str))
def test_no_retry_after_is_too_strange(value: str) -> None:
    seconds = retry_after(value, 0.0)
    assert seconds is None or 0 <= seconds <= MOST_SECONDS
