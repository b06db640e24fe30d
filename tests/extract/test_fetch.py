"""The fetcher against a real server: what it asks, what it keeps, how it goes on."""

from __future__ import annotations

import gzip
import pickle
from pathlib import Path

import msgspec
import pytest

from pipeline import VERSION
from pipeline.errors import OutputError, SourceError
from pipeline.extract.fetch import Fetcher, HttpError, user_agent
from pipeline.settings import SourceFetch
from tests.extract.web import CATALOGUE, Answer, Request, Web, fetcher_for, live_source

ETAG = '"1"'
MODIFIED = "Sat, 03 Jan 2026 10:00:00 GMT"


def payload_files(output: Path) -> set[str]:
    return {path.name for path in (output / "payloads").iterdir()}


def test_an_answer_is_a_payload_that_is_kept(tmp_path: Path) -> None:
    headers = {
        "Content-Type": 'Application/XML ; Charset="ISO-8859-2"; x=y',
        "Link": '</a?page=2>; rel="next"',
        "X-WP-Total": "7",
        "X-Secret-Of-The-Server": "hidden",
        "ETag": ETAG,
    }
    with Web({"/b": Answer(b"<a/>", headers=headers)}) as web:
        payload = fetcher_for(live_source(web.url()), tmp_path).get(web.url("/x/../b?q=ä b#part"))
        name = web.url("/b?q=%C3%A4%20b")
    assert (payload.name, payload.url, payload.data) == (name, name, b"<a/>")
    assert (payload.media_type, payload.charset) == ("application/xml", "ISO-8859-2")
    assert payload.headers == {
        "content-type": 'Application/XML ; Charset="ISO-8859-2"; x=y',
        "link": '</a?page=2>; rel="next"',
        "x-wp-total": "7",
        "etag": ETAG,
    }
    assert (tmp_path / "payloads" / payload.digest).read_bytes() == b"<a/>"


def test_a_request_says_who_asks_and_what_for(tmp_path: Path) -> None:
    with Web({"/": b"x"}) as web:
        fetcher = fetcher_for(live_source(web.url()), tmp_path)
        fetcher.get(web.url(), accept="text/turtle", headers={"X-Page": "2"})
        asked = web.requests[0].headers
    assert asked["user-agent"] == (
        f"Cataloom/{VERSION} (+https://example.org/catalogue/about; mailto:someone@example.org)"
    )
    assert (asked["accept"], asked["x-page"]) == ("text/turtle", "2")
    assert asked["accept-encoding"] == "gzip, deflate, br, zstd"
    assert "if-none-match" not in asked


def test_the_name_fits_into_a_header_whatever_the_contact() -> None:
    strange = msgspec.structs.replace(CATALOGUE, homepage="", contact="mailto:bü@x.example\r\nX: y")
    assert user_agent(strange) == f"Cataloom/{VERSION} (+mailto:b@x.example X: y)"


def test_a_form_is_posted_and_read_once(tmp_path: Path) -> None:
    def answer(request: Request) -> str:
        return f"{request.method} {request.form['query']} {request.headers['content-type']}"

    with Web({"/sparql": answer}) as web:
        fetcher = fetcher_for(live_source(web.url()), tmp_path)
        first = fetcher.get(web.url("/sparql"), form={"query": "CONSTRUCT ü"})
        again = fetcher.get(web.url("/sparql"), form={"query": "CONSTRUCT ü"})
        other = fetcher.get(web.url("/sparql"), form={"query": "other"})
        assert len(web.requests) == 2
    assert first == again
    assert first.data.decode() == "POST CONSTRUCT ü application/x-www-form-urlencoded"
    assert other.data.startswith(b"POST other")


@pytest.mark.parametrize(
    ("status", "advice"),
    [(401, "[credentials]"), (403, "let Cataloom in"), (404, "correct 'location'"),
     (410, "has moved"), (451, "ask the site"), (500, "run again later"), (429, "raise 'pause'")],
)  # fmt: skip
def test_a_refusal_says_what_to_do(tmp_path: Path, status: int, advice: str) -> None:
    with Web({"/p": Answer(b"no", status)}) as web:
        with pytest.raises(HttpError) as caught:
            fetcher_for(live_source(web.url()), tmp_path).get(web.url("/p"))
        assert str(caught.value).startswith(f"{web.url('/p')}: the")
    assert caught.value.status == status
    assert f"HTTP {status}" in caught.value.what
    assert advice in caught.value.next_step


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("text/plain; charset=utf-8", "Query: syntax\n error\x1b[1m", "Query: syntax error[1m"),
        ("application/problem+json", '{"title": "no"}', '{"title": "no"}'),
        ("text/plain", "x" * 1000, "x" * 299 + "…"),
        ("text/html", "<h1>Sorry</h1>", ""),
    ],
)
def test_what_a_refusal_says_in_plain_text_is_kept(
    tmp_path: Path, kind: str, body: str, said: str
) -> None:
    answer = Answer(body, 400, {"Content-Type": kind})
    with Web({"/p": answer}) as web, pytest.raises(HttpError) as caught:
        fetcher_for(live_source(web.url()), tmp_path).get(web.url("/p"))
    assert caught.value.said == said
    assert pickle.loads(pickle.dumps(caught.value)).said == said  # noqa: S301 - our own


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Encoding": "gzip"},
        {"Content-Length": "9", "Content-Encoding": "gzip"},
        {"Content-Length": "100000000"},
        {"Content-Length": "x"},
    ],
)
def test_a_refusal_stays_one_whatever_its_body(tmp_path: Path, headers: dict[str, str]) -> None:
    told = {"Content-Type": "text/plain", "Connection": "close", **headers}
    bomb = gzip.compress(b"a" * 10_000_000)
    with Web({"/p": Answer(bomb, 404, told)}) as web, pytest.raises(HttpError) as caught:
        fetcher_for(live_source(web.url()), tmp_path).get(web.url("/p"))
    assert caught.value.status == 404
    assert len(caught.value.said) <= 300


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("ftp://example.org/x", "is no http:// or https:// address"),
        ("https://", "is no web address"),
        ("http://user:word@[::1", "is no web address"),
        ("http://example.org/\x00", "holds the control character U+0000"),
        ("http://example.org/" + "x" * 20_000, "has 20,019 characters"),
    ],
)
def test_what_is_no_address_is_refused(tmp_path: Path, address: str, problem: str) -> None:
    with pytest.raises(SourceError) as caught:
        fetcher_for(live_source("https://example.org/"), tmp_path).get(address)
    assert problem in str(caught.value)
    assert "word" not in str(caught.value)


class TestConditional:
    """The second harvest of a site that has not changed."""

    def harvest(self, web: Web, output: Path, paths: tuple[str, ...]) -> list[bytes]:
        web.log.clear()
        fetcher = fetcher_for(live_source(web.url()), output)
        data = [fetcher.get(web.url(path)).data for path in paths]
        fetcher.finish()
        return data

    def test_asks_only_whether_it_has_changed(self, tmp_path: Path) -> None:
        answers = {
            "/robots.txt": Answer("User-agent: *", headers={"ETag": ETAG}),
            "/a": Answer("one", headers={"ETag": ETAG}),
            "/b": Answer("two", headers={"Last-Modified": MODIFIED}),
            "/c": Answer("one", headers={"ETag": ETAG, "Last-Modified": MODIFIED}),
        }
        with Web({**answers}) as web:
            first = self.harvest(web, tmp_path, ("/a", "/b", "/c"))
            kept = payload_files(tmp_path)
            assert self.harvest(web, tmp_path, ("/a", "/b", "/c")) == first
            conditions = {
                request.path: (
                    request.headers.get("if-none-match"),
                    request.headers.get("if-modified-since"),
                )
                for request in web.log
            }
        assert first == [b"one", b"two", b"one"]
        assert conditions == {
            "/robots.txt": (ETAG, None),
            "/a": (ETAG, None),
            "/b": (None, MODIFIED),
            "/c": (ETAG, MODIFIED),
        }
        assert len(kept) == 3, "robots.txt, one, two: nothing twice"
        assert payload_files(tmp_path) == kept

    def test_takes_the_new_page_where_it_has(self, tmp_path: Path) -> None:
        with Web({"/a": Answer("one", headers={"ETag": ETAG})}) as web:
            self.harvest(web, tmp_path, ("/a",))
            web.answers["/a"] = Answer("two", headers={"ETag": '"2"'})
            assert self.harvest(web, tmp_path, ("/a",)) == [b"two"]
            assert self.harvest(web, tmp_path, ("/a",)) == [b"two"]
            assert web.requests[0].headers["if-none-match"] == '"2"'

    def test_keeps_what_a_304_says_anew(self, tmp_path: Path) -> None:
        with Web({"/a": Answer("one", headers={"ETag": ETAG, "X-WP-Total": "7"})}) as web:
            self.harvest(web, tmp_path, ("/a",))
            renewed = {"ETag": '"2"', "X-WP-Total": "8", "Content-Type": "image/gif"}
            web.answers["/a"] = Answer(b"", 304, renewed)
            payload = fetcher_for(live_source(web.url()), tmp_path).get(web.url("/a"))
        assert payload.data == b"one"
        assert payload.headers["x-wp-total"] == "8"
        assert payload.headers["etag"] == '"2"'
        assert (payload.media_type, payload.charset) == ("text/html", "utf-8")

    def test_asks_for_the_whole_where_the_store_lost_it(self, tmp_path: Path) -> None:
        with Web({"/a": Answer("one", headers={"ETag": ETAG})}) as web:
            self.harvest(web, tmp_path, ("/a",))
            for file in (tmp_path / "payloads").iterdir():
                file.write_bytes(b"two")
            assert self.harvest(web, tmp_path, ("/a",)) == [b"one"]
            assert "if-none-match" not in web.requests[0].headers
            for file in (tmp_path / "payloads").iterdir():
                file.unlink()
            assert self.harvest(web, tmp_path, ("/a",)) == [b"one"]
            assert "if-none-match" not in web.requests[0].headers

    def test_asks_in_vain_where_the_store_loses_it_meanwhile(self, tmp_path: Path) -> None:
        def lose(_: Request) -> Answer:
            for file in (tmp_path / "payloads").iterdir():
                file.unlink()
            return Answer(b"", 304, {"ETag": ETAG})

        with Web({"/a": Answer("one", headers={"ETag": ETAG})}) as web:
            self.harvest(web, tmp_path, ("/a",))
            web.answers["/a"] = lose
            with pytest.raises(SourceError, match="has gone from the payload store while"):
                self.harvest(web, tmp_path, ("/a",))

    def test_asks_the_address_that_a_redirect_led_to(self, tmp_path: Path) -> None:
        moved = {"/old": Answer(b"", 301, {"Location": "/new"})}
        with Web({**moved, "/new": Answer("one", headers={"ETag": ETAG})}) as web:
            self.harvest(web, tmp_path, ("/old",))
            assert self.harvest(web, tmp_path, ("/old",)) == [b"one"]
            asked = [(r.path, r.headers.get("if-none-match")) for r in web.requests]
        assert asked == [("/old", None), ("/new", ETAG)]

    def test_leaves_marks_alone_that_cannot_be_sent_back(self, tmp_path: Path) -> None:
        marks = {"ETag": '"' + "x" * 2000 + '"', "Last-Modified": "caf\xe9"}
        with Web({"/a": Answer("one", headers=marks)}) as web:
            self.harvest(web, tmp_path, ("/a",))
            assert self.harvest(web, tmp_path, ("/a",)) == [b"one"]
            asked = web.requests[0].headers
        assert not {"if-none-match", "if-modified-since"} & set(asked)


def test_settings_of_a_source_go_before_those_of_the_catalogue(tmp_path: Path) -> None:
    with Web({"/a": Answer("x" * 1_000_001)}) as web:
        source = live_source(web.url(), fetch=SourceFetch(largest=1))
        with pytest.raises(SourceError, match="has more than 1 MB"):
            fetcher_for(source, tmp_path).get(web.url("/a"))
        assert fetcher_for(live_source(web.url()), tmp_path).get(web.url("/a")).data


def test_an_output_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "harvests").write_text("in the way")
    with Web({"/a": "x"}) as web, pytest.raises(OutputError, match="journal cannot be kept"):
        fetcher_for(live_source(web.url()), tmp_path).get(web.url("/a"))


def test_nothing_is_done_before_the_first_page(tmp_path: Path) -> None:
    fetcher = Fetcher(live_source("http://127.0.0.1:1/"), CATALOGUE, tmp_path)
    fetcher.restart()
    fetcher.finish()
    assert not any(tmp_path.iterdir())


def test_an_error_keeps_its_status_between_processes(tmp_path: Path) -> None:
    with Web({}) as web, pytest.raises(HttpError) as caught:
        fetcher_for(live_source(web.url()), tmp_path).get(web.url("/gone"))
    copy = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own
    assert (type(copy), copy.status, str(copy)) == (HttpError, 404, str(caught.value))
