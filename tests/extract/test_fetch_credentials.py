"""Secrets: sent to the source's own host, seen nowhere."""

from __future__ import annotations

import base64
import json
import logging
import traceback
from pathlib import Path
from urllib.parse import quote, quote_plus

import msgspec
import pytest

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.credentials import read_secrets
from pipeline.extract.fetch import Fetcher
from pipeline.extract.payloads import Payload
from pipeline.settings import Credentials, Source
from tests.extract.web import CATALOGUE, Answer, Request, Web, fetcher_for, live_source

SECRET = "s3cret/key+of the library"  # noqa: S105 - no one's
USER = "librarian"
BASIC = base64.b64encode(f"{USER}:{SECRET}".encode()).decode()
HEADER = Credentials("KEY", header="X-Api-Key")
BEARER = Credentials("KEY", header="Authorization", prefix="Bearer ")
PARAMETER = Credentials("KEY", parameter="api_key")
LOGIN = Credentials("KEY", user="NAME")
EACH = pytest.mark.parametrize("told", [HEADER, BEARER, PARAMETER, LOGIN])


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", SECRET)
    monkeypatch.setenv("NAME", USER)


def source_of(web: Web, told: Credentials, path: str = "/") -> Source:
    return live_source(web.url(path), credentials=told)


def shows_secret(text: str) -> bool:
    return any(form in text for form in (SECRET, quote_plus(SECRET), BASIC, "s3cret"))


def is_sent(request: Request) -> bool:
    return shows_secret(request.path) or any(shows_secret(v) for v in request.headers.values())


def test_the_secret_is_sent_as_the_source_says(tmp_path: Path) -> None:
    with Web({"/a": "page"}) as web:
        for number, told in enumerate((HEADER, BEARER, PARAMETER, LOGIN)):
            source = source_of(web, told)
            fetcher_for(source, tmp_path / str(number)).get(web.url("/a?page=1"))
        header, bearer, parameter, login = web.requests
    assert header.headers["x-api-key"] == SECRET
    assert bearer.headers["authorization"] == f"Bearer {SECRET}"
    assert parameter.query == {"page": "1", "api_key": SECRET}
    assert login.headers["authorization"] == f"Basic {BASIC}"


@EACH
def test_a_netrc_or_an_address_adds_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: Credentials
) -> None:
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login other password unwanted\n")
    with Web({"/a": "page"}) as web:
        plain = live_source(web.url())
        address = web.url("/a").replace("//", "//me:mine@")
        payload = fetcher_for(plain, tmp_path).get(address)
        assert "authorization" not in web.requests[0].headers
        assert payload.name == web.url("/a")
        fetcher_for(source_of(web, told), tmp_path).get(address)
        assert is_sent(web.requests[1])


@EACH
def test_it_leaves_its_host_neither_by_redirect_nor_by_link(
    tmp_path: Path, told: Credentials
) -> None:
    with Web({"/b": "page"}) as other, Web({}) as web:
        echo = f"?api_key={quote_plus(SECRET)}"
        web.answers["/a"] = Answer(b"", 302, {"Location": other.url("/b")})
        web.answers["/echo"] = Answer(b"", 302, {"Location": other.url("/b") + echo})
        web.answers["/back"] = "page"
        other.answers["/home"] = Answer(b"", 302, {"Location": web.url("/back")})
        fetcher = fetcher_for(source_of(web, told), tmp_path)
        for address in (web.url("/a"), web.url("/echo"), other.url("/b") + echo):
            fetcher.get(address)
        fetcher.get(other.url("/home"))
        assert not any(is_sent(request) for request in other.log)
        assert is_sent(web.requests[-1])
        assert [r.path for r in web.log if not is_sent(r)] == []


def test_another_port_or_scheme_is_another_host(tmp_path: Path) -> None:
    secrets = read_secrets(
        live_source("https://a.example/", credentials=HEADER), "https://a.example:443"
    )
    assert secrets.sent_headers("https://a.example/x") == {"X-Api-Key": SECRET}
    for address in ("http://a.example/", "https://a.example:444/", "https://b.a.example/"):
        assert secrets.sent_headers(address) == {}
    assert not any(tmp_path.iterdir())


def test_a_parameter_of_that_name_elsewhere_is_left_alone(tmp_path: Path) -> None:
    with Web({"/b": "page"}) as other, Web({"/a": "page"}) as web:
        fetcher = fetcher_for(source_of(web, PARAMETER), tmp_path)
        payload = fetcher.get(other.url("/b?api_key=theirs&x=1"))
        assert other.paths == ["/b?api_key=theirs&x=1"]
        assert payload.url == other.url("/b?api_key=theirs&x=1")
        fetcher.get(web.url("/a?api_key=old&x=1"))
        assert web.requests[0].query == {"x": "1", "api_key": SECRET}


@EACH
def test_it_is_written_and_shown_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, told: Credentials
) -> None:
    """Grep all that was written and told, by a server that echoes all it is given."""
    caplog.set_level(logging.DEBUG)
    token = BASIC if told == LOGIN else ""
    echo = f"{SECRET} {quote_plus(SECRET)} {token} {json.dumps(SECRET)} {quote(SECRET)}"

    def mirror(request: Request) -> Answer:
        kept = request.headers.get("authorization", "") + request.headers.get("x-api-key", "")
        return Answer(
            f'{{"you": "{request.path} {kept}", "next": "/a?api_key={echo}"}}',
            headers={"Link": f"</a{request.path}{echo}>; rel=next", "ETag": f'"{quote(SECRET)}"',
                     "X-WP-Total": SECRET, "Content-Type": f"text/html; charset={token}"},
        )  # fmt: skip

    def go_on(_: Request) -> Answer:
        return Answer(b"", 302, {"Location": f"/mirror?api_key={quote_plus(SECRET)}&q={SECRET}"})

    told_of: list[str] = []
    payloads: list[Payload] = []
    with Web({"/mirror": mirror, "/go": go_on}) as web:
        web.answers["/bad"] = Answer(b"", 302, {"Location": f"file:///{SECRET}"})
        web.answers["/far"] = Answer(b"", 302, {"Location": f"http://127.0.0.1:1/{SECRET}"})
        web.answers["/robots.txt"] = "User-agent: *\nDisallow: /no"
        fetcher = fetcher_for(source_of(web, told), tmp_path)
        link = f"?api_key={quote_plus(SECRET)}&q={SECRET}"
        for path in ("/mirror", "/go", "/mirror" + link):
            payloads.append(fetcher.get(web.url(path)))
        for path in ("/gone", "/bad", "/far", "/no" + link, "/gone" + link):
            with pytest.raises(SourceError) as caught:
                fetcher.get(web.url(path))
            error: BaseException | None = caught.value
            told_of.append("".join(traceback.format_exception(caught.value)))
            while error is not None:
                told_of.append(f"{error} {error.args} {vars(error)}")
                error = error.__cause__ or error.__context__
        for address in (f"http://127.0.0.1:1/{link}", f"http://[::1/{link}", f"x:{SECRET}"):
            with pytest.raises(SourceError) as caught:
                fetcher.get(address)
            told_of.append("".join(traceback.format_exception(caught.value)))
        fetcher.finish()
    assert [text for text in told_of if shows_secret(text)] == []
    for payload in payloads:
        seen = msgspec.structs.asdict(payload)
        assert not shows_secret(str({**seen, "data": payload.data.decode()}))
        assert payload.name.startswith("http://127.0.0.1")
    assert not shows_secret(caplog.text)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 2
    for file in files:
        assert not shows_secret(file.name + file.read_bytes().decode("latin-1"))


def test_what_is_blotted_out_keeps_its_length() -> None:
    secrets = read_secrets(
        live_source("https://a.example/", credentials=HEADER), "https://a.example:443"
    )
    assert secrets.blot(f"<{SECRET}>".encode()) == b"<" + b"*" * len(SECRET) + b">"
    assert secrets.blot(b"none of it") == b"none of it"


def test_a_short_secret_is_not_blotted_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "list")
    secrets = read_secrets(
        live_source("https://a.example/", credentials=HEADER), "https://a.example:443"
    )
    assert secrets.blot(b"the list") == b"the list"
    assert secrets.hide("the list") == "the ***"


def test_offline_needs_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Web({"/a": "page"}) as web:
        source = source_of(web, PARAMETER)
        page = fetcher_for(source, tmp_path).get(web.url("/a?x=1"))
    monkeypatch.delenv("KEY")
    offline = fetcher_for(source, tmp_path, offline=True)
    assert offline.get(f"{page.name}&api_key=any") == page


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "KEY is not set"),
        ("", "KEY is empty"),
        ("abc", "KEY holds fewer than 4 characters"),
        ("key\nX-Other: header", "KEY holds a line break"),
        ("schlüssel", "KEY holds letters beyond ASCII"),
    ],
)
def test_a_variable_that_is_wrong_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str | None, problem: str
) -> None:
    monkeypatch.delenv("KEY")
    if value is not None:
        monkeypatch.setenv("KEY", value)
    with Web({"/a": "page"}) as web:
        with pytest.raises(SourceError) as caught:
            fetcher_for(source_of(web, HEADER), tmp_path).get(web.url("/a"))
        assert web.log == []
    assert str(caught.value).startswith(f"input/demo.toml: the environment variable {problem}")
    assert not value or value not in str(caught.value)


def test_a_secret_in_a_file_with_a_line_end_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY", "from a file\n")
    with Web({"/a": "page"}) as web:
        fetcher_for(source_of(web, HEADER), tmp_path).get(web.url("/a"))
        assert web.requests[0].headers["x-api-key"] == "from a file"


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (Credentials("KEY"), "no way to send it is given"),
        (Credentials("KEY", header="X", parameter="y"), "'header' and 'parameter' are given"),
        (Credentials("KEY", parameter="y", prefix="Bearer "), "'prefix' goes with 'header'"),
    ],
)
def test_a_table_that_is_wrong_is_told_at_once(
    tmp_path: Path, told: Credentials, problem: str
) -> None:
    source = live_source("https://example.org/", credentials=told)
    with pytest.raises(SettingsError) as caught:
        Fetcher(source, CATALOGUE, tmp_path)
    assert str(caught.value).startswith("input/demo.toml: table [credentials]: ")
    assert problem in str(caught.value)


def test_a_password_in_the_location_is_refused_unseen(tmp_path: Path) -> None:
    source = live_source(f"https://me:{SECRET}@example.org/")
    with pytest.raises(
        SettingsError, match="'location': holds a user name or a password"
    ) as caught:
        Fetcher(source, CATALOGUE, tmp_path)
    assert SECRET not in str(caught.value)
