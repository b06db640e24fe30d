"""A small web server on loopback for tests: paths with their answers, and what was asked of it.

    with Web({"/a": b"<p>One</p>", "/b?page=2": Answer(b"", 404)}) as web:
        source = Source(location=web.url("/a"), …)
        …
        assert [request.path for request in web.requests] == ["/a"]

An answer is an `Answer`, its bytes, its text (sent as UTF-8 and declared so), or a function of the
request that gives one of these. It is looked up by path and query, then by path alone; what is not
there is answered with 404. An answer with an `ETag` or a `Last-Modified` is answered with 304 to a
request that holds the same.
`web.answers` may be changed while the server runs. Fetching robots.txt is a matter of the client
only: it stands in `web.log`, where every request is, and not in `web.requests`.

`fetcher_for(source, folder)` gives a fetcher that does not wait and tries once.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import parse_qsl

import pytest

from pipeline.extract.conversation import Clock
from pipeline.extract.fetch import Fetcher
from pipeline.extract.politeness import Pauses
from pipeline.settings import Catalogue, FetchSettings, Publisher, Source

MEDIA_TYPES = {
    "css": "text/css",
    "csv": "text/csv",
    "html": "text/html",
    "json": "application/json",
    "nt": "application/n-triples",
    "ttl": "text/turtle",
    "txt": "text/plain",
    "xml": "application/xml",
}
IDLE_SECONDS = 10.0

CATALOGUE = Catalogue(
    base="https://example.org/catalogue/",
    title={"en": "A catalogue"},
    publisher=Publisher("A library"),
    licence="https://creativecommons.org/publicdomain/zero/1.0/",
    languages=("en",),
    contact="mailto:someone@example.org",
    homepage="https://example.org/catalogue/about",
    fetch=FetchSettings(pause=0, retries=0),
)


def live_source(location: str, **settings: object) -> Source:
    """Return a source of an address; `settings` are keys of its file."""
    told = {"kind": "feed", "languages": ("en",), "name": "demo", "file": "input/demo.toml"}
    return Source(location=location, **{**told, **settings})  # type: ignore[arg-type]


class Watch:
    """A clock that stands still but for what is slept, and the sleeps."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.time = now
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds

    def clock(self) -> Clock:
        return Clock(lambda: self.time, lambda: self.time, self.sleep)


def fetcher_for(
    source: Source, output: Path, *, offline: bool = False, watch: Watch | None = None
) -> Fetcher:
    """Return a fetcher without pauses and repeated attempts, unless the source sets them."""
    clock = watch.clock() if watch else None
    return Fetcher(source, CATALOGUE, output, offline=offline, clock=clock, pauses=Pauses())


def no_such_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let names that end in `.invalid` be unknown at once, on machines without a network too."""
    real = socket.getaddrinfo

    def look_up(host: str, *arguments: int, **options: int) -> object:
        if host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return real(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


class Request(NamedTuple):
    """One request: `headers` by name in lower case, `when` on the monotonic clock."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    when: float

    @property
    def form(self) -> dict[str, str]:
        """Return the fields of a form that was sent."""
        return dict(parse_qsl(self.body.decode("utf-8"), keep_blank_values=True))

    @property
    def query(self) -> dict[str, str]:
        """Return the parameters of the query."""
        return dict(parse_qsl(self.path.partition("?")[2], keep_blank_values=True))


class Answer(NamedTuple):
    """What is sent back; the Content-Type follows from the path where `headers` has none."""

    body: bytes | str = b""
    status: int = 200
    headers: Mapping[str, str] = {}


Answers = dict[str, "Answer | bytes | str | Callable[[Request], Answer | bytes | str]"]


class Web:
    """A server on 127.0.0.1 that runs while its `with` block does."""

    def __init__(self, answers: Answers | None = None) -> None:
        self.answers: Answers = {} if answers is None else answers
        self.log: list[Request] = []
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.web = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def host(self) -> str:
        """Return the server's host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def requests(self) -> list[Request]:
        """Return what was asked so far, robots.txt left out."""
        return [one for one in self.log if one.path.partition("?")[0] != "/robots.txt"]

    @property
    def paths(self) -> list[str]:
        """Return the paths and queries of `requests`."""
        return [request.path for request in self.requests]

    def url(self, path: str = "/") -> str:
        """Return the address of a path of this server."""
        return f"http://{self.host}{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: Request) -> Answer:
        """Return what the server sends to `request`."""
        path = request.path.partition("?")[0]
        given = self.answers.get(request.path, self.answers.get(path, Answer(b"not here", 404)))
        if callable(given):
            given = given(request)
        answer = given if isinstance(given, Answer) else Answer(given)
        marks = {name.lower(): value for name, value in answer.headers.items()}
        for mark, condition in (("etag", "if-none-match"), ("last-modified", "if-modified-since")):
            if mark in marks and condition in request.headers and answer.status == 200:
                same = request.headers[condition] == marks[mark]
                return Answer(b"", 304, answer.headers) if same else answer
        return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    web: Web

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.open: set[socket.socket] = set()

    def close_connections(self) -> None:
        """Wake the threads that wait for a further request."""
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that went away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    wbufsize = -1  # head and body in one packet: in two, each waits for an acknowledgement
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.open.add(self.connection)

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        super().finish()

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length)
        request = Request(self.command, self.path, headers, body, time.monotonic())
        self.server.web.log.append(request)
        answer = self.server.web.answer(request)
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response_only(answer.status)
        names = {name.lower() for name in answer.headers}
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "content-type" not in names and body:
            suffix = self.path.partition("?")[0].rpartition(".")[2]
            charset = "; charset=utf-8" if isinstance(answer.body, str) else ""
            self.send_header("Content-Type", MEDIA_TYPES.get(suffix, "text/html") + charset)
        if not {"content-length", "transfer-encoding"} & names and answer.status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status != 304:
            self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the names http.server calls
    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing on standard error."""
