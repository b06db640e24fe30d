"""robots.txt: obeyed as RFC 9309 says, and no way to fill the memory."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract.fetch import HttpError
from pipeline.extract.robots import LARGEST, NAME, Robots, for_us
from pipeline.settings import SourceFetch
from tests.extract.web import Answer, Answers, Watch, Web, fetcher_for, live_source

SITE = "https://example.org"


def rules(text: str | None) -> Robots:
    return Robots(lambda *_: None if text is None else text.encode())


def allowed(text: str, path: str) -> bool:
    try:
        rules(text).pause(SITE + path, SITE + path)
    except SourceError:
        return False
    return True


def test_a_refusal_names_page_and_file() -> None:
    with pytest.raises(SourceError) as caught:
        rules("User-agent: *\nDisallow: /").pause(f"{SITE}/a", f"{SITE}/a")
    assert str(caught.value).startswith(f"{SITE}/a: {SITE}/robots.txt asks robots to leave")
    assert "robots = false" in caught.value.next_step


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("", "/a", True),
        ("<html>not a robots.txt</html>", "/a", True),
        ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("User-agent: *\nAllow: /a/b\nDisallow: /a", "/a/c", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?page=2", True),
        ("User-agent: *\nDisallow: /*?sort=", "/list?sort=date", False),
        ("User-agent: *\nDisallow: /\nUser-agent: Cataloom\nDisallow: /no", "/a", True),
        ("User-agent: *\nAllow: /\nUser-agent: cataLOOM/9.9\nDisallow: /no", "/no", False),
        ("User-agent: Cataloom\nUser-agent: Other\nDisallow: /no", "/no", False),
        ("User-agent: Other\nUser-agent: Cataloom\nDisallow: /no", "/no", False),
        ("User-agent: Cat\nDisallow: /", "/a", True),
        ("User-agent: Cataloomer\nDisallow: /", "/a", True),
        ("User-agent: Other\nDisallow: /", "/a", True),
        ("\ufeffUser-agent: *\nDisallow: /", "/a", False),
        ("user-agent:*\r\ndisallow:/caf%C3%A9 # comment\r\n", "/caf%C3%A9/x", False),
    ],
)
def test_the_longest_rule_for_us_counts(text: str, path: str, expected: bool) -> None:
    assert allowed(text, path) is expected


def test_a_crawl_delay_for_us_is_the_pause() -> None:
    text = "User-agent: *\nCrawl-delay: 9\n\nUser-agent: Cataloom\nCrawl-delay: 2.5"
    assert rules(text).pause(f"{SITE}/a", "a") == 2.5
    assert rules("User-agent: *\nCrawl-delay: soon").pause(f"{SITE}/a", "a") == 0
    assert rules(None).pause(f"{SITE}/a", "a") == 0


def test_each_site_is_asked_once() -> None:
    asked: list[str] = []

    def read(address: str, page: str) -> bytes:
        asked.append(f"{address} for {page}")
        return b""

    robots = Robots(read)
    for address in ("https://a.example/1", "https://a.example/2", "http://a.example:81/1"):
        robots.pause(address, address)
    assert asked == [
        "https://a.example/robots.txt for https://a.example/1",
        "http://a.example:81/robots.txt for http://a.example:81/1",
    ]


def test_a_site_whose_file_cannot_be_had_is_not_asked_again() -> None:
    asked: list[str] = []

    def read(_: str, page: str) -> bytes:
        asked.append(page)
        error = HttpError("is in trouble", where=page, next_step="wait")
        error.status = 503
        raise error

    robots = Robots(read)
    for page in ("one", "two"):
        with pytest.raises(HttpError) as caught:
            robots.pause(f"{SITE}/{page}", page)
        assert str(caught.value) == f"{page}: is in trouble; next: wait"
        assert caught.value.status == 503
    assert asked == ["one"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "".join(f"user-agent: a{n}\n" for n in range(15_000)) + "allow: /\n" * 30_000,
        "user-agent: *\nuser-agent: cataloom\n" * 8_000 + "allow: /\n" * 20_000,
        "user-agent: *\ndisallow: /" + "*a" * 240_000,
        "user-agent: *\n" + "disallow: /*a*b$\n" * 30_000,
    ],
)
def test_a_hostile_file_is_read_quickly(text: str) -> None:
    begun = time.perf_counter()
    for _ in range(3):
        allowed(text[:LARGEST], f"/{'ab' * 4000}")
    assert time.perf_counter() - begun < 10


@given(st.text(alphabet=st.sampled_from("user-agent: *\nCatalomdisw/#$%\t\r"), max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    ours = for_us(text)
    assert for_us(ours).split() == ours.split()
    allowed(text, "/a")


class TestAsked:
    """Over the web."""

    def get(self, answers: Answers, output: Path, **fetch: object) -> list[str]:
        """Ask for /a and return what was asked for."""
        with Web(answers) as web:
            source = live_source(web.url(), fetch=SourceFetch(**fetch))  # type: ignore[arg-type]
            self.page = web.url("/a")
            self.robots = web.url("/robots.txt")
            fetcher_for(source, output).get(self.page)
            return [request.path for request in web.log]

    def test_it_is_read_before_the_first_page(self, tmp_path: Path) -> None:
        assert self.get({"/a": "x"}, tmp_path) == ["/robots.txt", "/a"]

    def test_what_it_forbids_is_not_asked_for(self, tmp_path: Path) -> None:
        answers: Answers = {"/robots.txt": "User-agent: *\nDisallow: /a", "/a": "x"}
        with Web(answers) as web:
            with pytest.raises(SourceError, match="asks robots to leave this page alone"):
                fetcher_for(live_source(web.url()), tmp_path).get(web.url("/a"))
            assert web.paths == []

    def test_it_can_be_left_aside(self, tmp_path: Path) -> None:
        answers: Answers = {"/robots.txt": "User-agent: *\nDisallow: /a", "/a": "x"}
        assert self.get(answers, tmp_path, robots=False) == ["/a"]

    @pytest.mark.parametrize("status", [204, 302, 401, 403, 404, 410, 429])
    def test_a_site_without_one_allows_everything(self, tmp_path: Path, status: int) -> None:
        answers: Answers = {"/robots.txt": Answer("User-agent: *\nDisallow: /", status), "/a": "x"}
        assert self.get(answers, tmp_path) == ["/robots.txt", "/a"]

    @pytest.mark.parametrize("status", [500, 503, 599])
    def test_one_that_cannot_be_read_forbids_everything(self, tmp_path: Path, status: int) -> None:
        with pytest.raises(SourceError) as caught:
            self.get({"/robots.txt": Answer(b"", status), "/a": "x"}, tmp_path)
        assert str(caught.value).startswith(
            f"{self.page}: {self.robots} cannot be read, so nothing may be asked for: the server"
        )
        assert f"HTTP {status}" in str(caught.value)

    def test_a_server_that_is_gone_is_told_as_such(self, tmp_path: Path) -> None:
        with pytest.raises(SourceError) as caught:
            fetcher_for(live_source("http://127.0.0.1:1/"), tmp_path).get("http://127.0.0.1:1/a")
        assert str(caught.value).startswith(
            "http://127.0.0.1:1/a: http://127.0.0.1:1/robots.txt cannot be read, so nothing may be "
            "asked for: nothing answers at 127.0.0.1"
        )

    def test_a_server_that_asks_for_a_long_wait_is_left_alone(self, tmp_path: Path) -> None:
        busy = Answer(b"", 429, {"Retry-After": "99999"})
        with pytest.raises(SourceError, match="asks to be left alone for 99,999 s"):
            self.get({"/robots.txt": busy, "/a": "x"}, tmp_path)

    def test_redirects_are_followed_five_times(self, tmp_path: Path) -> None:
        def chain(hops: int) -> Answers:
            names = ["/robots.txt", *(f"/r{n}" for n in range(hops))]
            return {
                **{one: Answer(b"", 302, {"Location": two}) for one, two in pairwise(names)},
                names[-1]: "User-agent: *\nDisallow: /",
                "/a": "x",
            }

        with pytest.raises(SourceError, match="leave this page alone"):
            self.get(chain(5), tmp_path)
        assert self.get(chain(6), tmp_path / "b")[-1] == "/a", "as if there were none"

    def test_the_site_that_a_redirect_leads_to_is_heard_too(self, tmp_path: Path) -> None:
        with Web({"/robots.txt": "User-agent: *\nDisallow: /b", "/b": "x"}) as other:
            answers: Answers = {"/a": Answer(b"", 302, {"Location": other.url("/b")})}
            with pytest.raises(SourceError) as caught:
                self.get(answers, tmp_path)
            assert str(caught.value).startswith(
                f"{self.page}: {other.url('/b')}, to which it redirects: {other.url('/robots.txt')}"
                " asks robots to leave this page alone"
            )
            assert other.paths == []

    def test_only_its_first_half_megabyte_counts(self, tmp_path: Path) -> None:
        head = "User-agent: *\nDisallow: /no\n"
        filler = "#" + "x" * (LARGEST - len(head)) + "\n"
        tail = "Disallow: /a\n" + "#" * 3_000_000
        answers: Answers = {"/robots.txt": head + filler + tail, "/a": "x"}
        assert self.get(answers, tmp_path) == ["/robots.txt", "/a"]
        answers["/robots.txt"] = "User-agent: *\nDisallow: /a\n" + filler + tail
        with pytest.raises(SourceError, match="leave this page alone"):
            self.get(answers, tmp_path / "b")

    def test_a_crawl_delay_raises_the_pause(self, tmp_path: Path) -> None:
        watch = Watch()
        with Web({"/robots.txt": "User-agent: *\nCrawl-delay: 7", "/a": "x", "/b": "y"}) as web:
            fetcher = fetcher_for(live_source(web.url()), tmp_path, watch=watch)
            fetcher.get(web.url("/a"))
            fetcher.get(web.url("/b"))
        assert watch.slept == [7, 7]

    def test_a_crawl_delay_beyond_reason_stops_the_source(self, tmp_path: Path) -> None:
        answers: Answers = {"/robots.txt": f"User-agent: {NAME}\nCrawl-delay: 86400", "/a": "x"}
        with pytest.raises(SourceError) as caught:
            self.get(answers, tmp_path)
        assert "asks for 86,400 s between two requests; expected at most 600 s" in str(caught.value)
        assert "'pause'" in caught.value.next_step
