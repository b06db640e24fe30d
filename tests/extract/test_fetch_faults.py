"""A server that does everything wrong: each fault is bounded, and its message names the page."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.extract.fetch import HttpError
from pipeline.extract.payloads import Payload
from pipeline.settings import Source, SourceFetch
from tests.conftest import ROOT
from tests.extract.faults import FAULTS
from tests.extract.faulty_server import PAGE, FaultyServer
from tests.extract.web import fetcher_for, no_such_names

CAP = 1.0
SLACK = 2.0
MOST_MEGABYTES = 150

REFUSED = {  # path -> what the message says; asked for once, since asking again would not help
    "/206": "does not answer with the page (HTTP 206",
    "/304": "does not answer with the page (HTTP 304",
    "/204": "does not answer with the page (HTTP 204",
    "/418": "refuses the request (HTTP 418",
    "/599": "is in trouble (HTTP 599)",
    "/429-huge": "asks to be left alone for 315,360,000 s (HTTP 429)",
    "/429-next-week": "asks to be left alone for 604,",
    "/loop": "redirects in a circle",
    "/to-file": "'file:///etc/passwd' is no http:// or https:// address",
    "/to-ftp": "'ftp://127.0.0.1/x' is no http:// or https:// address",
    "/to-metadata": "leads to 169.254.169.254, an address of a private network",
    "/to-nowhere": "there is no host named nowhere.invalid",
    "/to-nonsense": "'http://[::1/' is no web address",
    "/continues": "has more than 2 MB",
    "/trailers": "has more than 2 MB",
    "/two-lengths": "sends headers that cannot be read",
    "/many-headers": "sends headers that cannot be read",
    "/long-header": "sends a header line without an end",
    "/garbage": "does not answer in HTTP",
    "/http-0.9": "does not answer in HTTP",
    "/http-7": "does not answer in HTTP",
    "/status-999999": "does not answer in HTTP",
}
TRIED_AGAIN = {
    "/429": "is asked too much (HTTP 429 Too Many Requests, 2 times over)",
    "/503": "is in trouble (HTTP 503 Service Unavailable, 2 times over)",
    "/truncated": "broke off in the middle of its answer (tried 2 times)",
    "/truncated-chunk": "broke off in the middle of its answer",
    "/truncated-gzip": "breaks off in the middle of its gzip",
    "/longer": "sends more than the 10 bytes that its Content-Length says",
    "/zstd-window": "is declared as zstd but is not, or is damaged",
    "/codings": "is compressed 50 times over",
    "/not-gzip": "is declared as gzip but is not",
    "/chunk-garbage": "broke off in the middle of its answer",
    "/chunk-minus": "broke off in the middle of its answer",
    "/early-close": "closed the connection before it answered whole",
    "/reset": "closed the connection before it answered whole",
}
CUT = ("/silent", "/drip-head", "/drip-lines", "/drip-body", "/drip-chunks", "/empty-members")
BOMBS = (
    "/gzip-bomb",
    "/one-member-bomb",
    "/double-gzip-bomb",
    "/brotli-bomb",
    "/zstd-bomb",
    "/huge",
    "/huge-declared",
    "/to-bomb",
)
READ = {  # path -> how often it is asked for until it is read
    "/good": 1,
    "/429-small": 2,
    "/429-soon": 2,
    "/429-nonsense": 2,
    "/503-once": 2,
    "/to-good": 1,
    "/redirect-bomb": 1,
    "/truncated-once": 2,
    "/not-gzip-unless-asked": 2,
    "/many-cookies": 1,
}
OTHER = {
    "/loop-back",
    "/for-ever",
    "/double-gzip",
    "/wrong-charset",
    "/nul",
    "/nul-head",
}


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> None:
    no_such_names(monkeypatch)


@pytest.fixture(scope="module")
def faulty() -> Iterator[FaultyServer]:
    with FaultyServer() as server:
        yield server


def get(server: FaultyServer, path: str, output: Path, **changes: float) -> Payload:
    told = {"response_seconds": CAP, "retries": 0, "largest": 2, **changes}
    source = Source(
        kind="feed",
        location=server.url("/"),
        languages=("en",),
        name="demo",
        file="input/demo.toml",
        fetch=SourceFetch(**told),  # type: ignore[arg-type]
    )
    return fetcher_for(source, output).get(server.url(path))


def test_each_fault_is_tried() -> None:
    tried = {*REFUSED, *TRIED_AGAIN, *CUT, *BOMBS, *READ, *OTHER}
    assert tried == set(FAULTS)


@pytest.mark.parametrize("path", REFUSED)
def test_what_cannot_be_read_is_told_once(faulty: FaultyServer, tmp_path: Path, path: str) -> None:
    before = faulty.count(path)
    begun = time.perf_counter()
    with pytest.raises(SourceError) as caught:
        get(faulty, path, tmp_path, retries=3, response_seconds=10)
    assert time.perf_counter() - begun < 10
    assert str(caught.value).startswith(f"{faulty.url(path)}: ")
    assert REFUSED[path] in str(caught.value)
    assert caught.value.next_step
    assert faulty.count(path) - before == 1


@pytest.mark.slow
@pytest.mark.parametrize("path", TRIED_AGAIN)
def test_what_may_pass_is_tried_again(faulty: FaultyServer, tmp_path: Path, path: str) -> None:
    before = faulty.count(path)
    begun = time.perf_counter()
    with pytest.raises(SourceError) as caught:
        get(faulty, path, tmp_path, retries=1)
    assert time.perf_counter() - begun < 2 * CAP + SLACK
    assert str(caught.value).startswith(f"{faulty.url(path)}: ")
    assert TRIED_AGAIN[path] in str(caught.value)
    assert faulty.count(path) - before == 2


@pytest.mark.slow
@pytest.mark.parametrize("path", CUT)
def test_what_drips_or_says_nothing_is_cut(faulty: FaultyServer, tmp_path: Path, path: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(SourceError) as caught:
        get(faulty, path, tmp_path, retries=3)
    assert CAP <= time.perf_counter() - begun < CAP + SLACK
    assert str(caught.value).startswith(f"{faulty.url(path)}: has not answered whole within 1.0 s")


@pytest.mark.slow
def test_what_drips_is_cut_when_the_time_of_the_source_is_over(
    faulty: FaultyServer, tmp_path: Path
) -> None:
    begun = time.perf_counter()
    with pytest.raises(SourceError) as caught:
        get(faulty, "/drip-body", tmp_path, source_seconds=CAP, response_seconds=60)
    assert time.perf_counter() - begun < CAP + SLACK
    assert str(caught.value).startswith(f"{faulty.url('/drip-body')}: the harvest has not come to")


@pytest.mark.slow
@pytest.mark.parametrize("path", READ)
def test_what_passes_is_read_in_the_end(path: str, tmp_path: Path) -> None:
    with FaultyServer() as server:
        assert get(server, path, tmp_path, retries=1).data == PAGE
        assert server.count(path) == READ[path]


def test_redirects_without_an_end_are_followed_ten_times(
    faulty: FaultyServer, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="redirects more than 10 times") as caught:
        get(faulty, "/for-ever", tmp_path)
    assert str(caught.value).startswith(f"{faulty.url('/for-ever')}: ")
    assert sum(path.startswith("/for-ever") for path in faulty.visits) == 11


def test_only_the_declared_layer_is_taken_off(faulty: FaultyServer, tmp_path: Path) -> None:
    assert get(faulty, "/double-gzip", tmp_path).data.startswith(b"\x1f\x8b")


def test_bytes_are_handed_on_as_they_are(faulty: FaultyServer, tmp_path: Path) -> None:
    page = get(faulty, "/wrong-charset", tmp_path)
    assert (page.charset, b"B\xfccher" in page.data) == ("utf-8", True)
    page = get(faulty, "/nul", tmp_path)
    assert (page.charset, page.data) == ("", b"<p>a\0b</p>\0\0")
    assert get(faulty, "/nul-head", tmp_path).data == b"ok"


def test_a_status_of_http_is_carried_by_the_error(faulty: FaultyServer, tmp_path: Path) -> None:
    with pytest.raises(HttpError) as caught:
        get(faulty, "/418", tmp_path)
    assert caught.value.status == 418


@pytest.mark.parametrize("path", ["/huge", "/zstd-bomb", "/huge-declared"])
def test_an_answer_beyond_the_limit_is_cut(faulty: FaultyServer, tmp_path: Path, path: str) -> None:
    with pytest.raises(SourceError, match="has more than 2 MB"):
        get(faulty, path, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("path", BOMBS)
def test_a_bomb_is_cut_in_bounded_memory(faulty: FaultyServer, tmp_path: Path, path: str) -> None:
    code = """if True:
        import json, resource, sys, time
        from pathlib import Path
        from pipeline.errors import SourceError
        from tests.extract.test_fetch_faults import get

        class At:
            def url(self, path):
                return sys.argv[1] + path

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
                1024 if sys.platform == "linux" else 1024 * 1024)

        limits = {"largest": 50, "response_seconds": 20}
        get(At(), "/good", Path(sys.argv[3]), **limits)
        before, begun = peak(), time.perf_counter()
        try:
            get(At(), sys.argv[2], Path(sys.argv[3]), **limits)
            told = ""
        except SourceError as error:
            told = str(error)
        print(json.dumps([told, time.perf_counter() - begun, peak() - before]))
    """
    done = subprocess.run(
        [sys.executable, "-c", code, faulty.url(""), path, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    told, seconds, megabytes = json.loads(done.stdout)
    assert told.startswith(f"{faulty.url(path)}: ")
    assert "has more than 50 MB" in told
    assert seconds < 20 + SLACK
    assert megabytes < MOST_MEGABYTES
