"""One request and its answer, within limits."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pipeline.extract.address import PORTS, host_of, origin
from pipeline.extract.content_coding import ACCEPTED, PIECE, CodingError, decoded
from pipeline.extract.failure import Failure, explain, too_large
from pipeline.extract.limits import LONGEST_WAIT, LimitError, Limits, PrivateAddressError
from pipeline.extract.public_address import NoSuchHostError, endpoints, is_local_host

if TYPE_CHECKING:
    from requests import PreparedRequest, Response
    from requests.cookies import RequestsCookieJar

MEGABYTE = 1_000_000
SLACK = 2 * MEGABYTE
"""Bytes on the wire beyond those of the body: headers, chunk sizes, what does not compress."""

LOOK_UP = 10.0
"""Seconds for finding out whether the source's own host is in a private network."""

MOST_COOKIES = 8_192
"""Bytes of a Cookie header. Servers refuse more; one that sets more means no good."""

MOST_JARS = 20
"""Hosts whose cookies are kept at a time."""

WHOLE = frozenset({200, 203})
"""Status codes of an answer whose body is what was asked for."""


NOT_MODIFIED = 304


class Question(msgspec.Struct, frozen=True):
    """A request as it is sent, secrets included; `head` asks for status and headers only."""

    address: str
    headers: dict[str, str]
    body: bytes | None = None
    head: bool = False

    @property
    def method(self) -> str:
        """Return the request's method."""
        if self.head:
            return "HEAD"
        return "GET" if self.body is None else "POST"


class Answer(msgspec.Struct, frozen=True):
    """What came back; but for a status of `WHOLE`, `data` is only how it begins.

    `headers` are in lower case.
    """

    status: int
    headers: dict[str, str]
    data: bytes


class Transport:
    """Sends requests for one source; its connections stay open between them."""

    def __init__(self, location: str, seconds: float, megabytes: int) -> None:
        """Keep the source's location and the limits of one answer; nothing is connected yet."""
        from pipeline.extract.connection import TimedAdapter

        self._location = location
        self._seconds = seconds
        self._megabytes = megabytes
        self._limits = Limits()
        self._adapter = TimedAdapter(self._limits)
        self._jars: dict[str, RequestsCookieJar] = {}
        self._own_is_known = False

    def close(self) -> None:
        """Close the connections that are open."""
        self._adapter.close()

    def send(self, question: Question, *, left: float, cut: int = 0) -> Answer:
        """Send a request and return its answer; raises `Failure`.

        `left` are the seconds left for the source. Of a body longer than `cut` bytes only these are
        read, where it is given; else a body beyond the limit is a failure.
        """
        seconds = min(self._seconds or float("inf"), left)
        try:
            return self._send(question, seconds, cut)
        except _foreign() as error:
            failure = explain(error, host_of(question.address), seconds, self._megabytes)
        raise failure  # out here, so that the cause, which may hold a secret, does not go along

    def cookies(self, address: str) -> str:
        """Return the Cookie header for an address: what its own origin has set."""
        from requests.cookies import get_cookie_header

        jar = self._jars.get(origin(address))
        if jar is None:
            return ""
        request = _prepared(Question(address, {}))
        header: str = get_cookie_header(jar, request) or ""  # type: ignore[no-untyped-call]
        return header if len(header) <= MOST_COOKIES else ""

    def _send(self, question: Question, seconds: float, cut: int) -> Answer:
        self._limits.begin(seconds, self._megabytes * MEGABYTE + SLACK)
        self._find_own()
        address = question.address
        cookies = self.cookies(address)
        headers = {"Accept-Encoding": ACCEPTED, **question.headers}
        request = _prepared(
            msgspec.structs.replace(
                question, headers={**headers, "Cookie": cookies} if cookies else headers
            )
        )
        proxies = self._proxies(address)
        with _unlogged():
            response = self._adapter.send(
                request,
                stream=True,
                timeout=min(seconds, LONGEST_WAIT),
                verify=_authorities(),
                proxies=proxies,
            )
        whole = False
        try:
            self._keep_cookies(address, request, response)
            status = response.status_code
            found = {name.lower(): value for name, value in response.headers.items()}
            if question.head:
                data = b""  # what a server sends all the same goes with the connection
            elif status in WHOLE:
                data = self._body(response, found, cut)
                whole = not cut
            else:
                data, whole = _read_shortly(response, found)
            return Answer(status, found, data)
        finally:
            if not whole:
                response.raw.close()
            response.close()

    def _find_own(self) -> None:
        """Find out whether the source's own host is in a private network."""
        if not self._own_is_known:
            scheme = self._location.partition(":")[0].lower()
            host = host_of(self._location) if scheme in PORTS else ""
            seconds = min(LOOK_UP, self._limits.remaining())
            with contextlib.suppress(TimeoutError):
                self._limits.local_allowed = bool(host) and is_local_host(host, seconds)
                self._own_is_known = True

    def _proxies(self, address: str) -> dict[str, str]:
        from requests.utils import get_environ_proxies, select_proxy

        proxies: dict[str, str] = get_environ_proxies(address, no_proxy=None)
        if not select_proxy(address, proxies):
            return {}
        host = host_of(address)
        with contextlib.suppress(NoSuchHostError, TimeoutError):  # here names may not resolve
            found = endpoints(host, 0, self._limits.remaining())
            if not any(self._limits.may_reach(one[1]) for one in found):
                raise PrivateAddressError(found[0][1])
        return proxies

    def _body(self, response: Response, headers: dict[str, str], cut: int) -> bytes:
        most = cut or self._megabytes * MEGABYTE
        declared = headers.get("content-length", "")
        if not cut and declared.isascii() and declared.isdigit() and int(declared[:20]) > most:
            raise too_large(self._megabytes)
        pieces: list[bytes] = []
        size = 0
        for piece in decoded(_wire(response), headers.get("content-encoding", "")):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                if not cut:
                    raise too_large(self._megabytes)
                break
            self._limits.remaining()
        else:
            if declared and self._limits.surplus.strip():
                raise Failure(
                    f"sends more than the {declared} bytes that its Content-Length says", again=True
                )
        data = b"".join(pieces)
        return data[:cut] if cut else data

    def _keep_cookies(self, address: str, request: PreparedRequest, response: Response) -> None:
        from requests.cookies import RequestsCookieJar, extract_cookies_to_jar

        if "set-cookie" in response.headers:
            while len(self._jars) > MOST_JARS:
                self._jars.pop(next(iter(self._jars)))
            jar = self._jars.setdefault(origin(address), RequestsCookieJar())
            extract_cookies_to_jar(jar, request, response.raw)  # type: ignore[no-untyped-call]


def _foreign() -> tuple[type[Exception], ...]:
    """Return what requests, urllib3, http.client, the system and our own limits raise."""
    from http.client import HTTPException

    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

    ours = (LimitError, CodingError, NoSuchHostError)
    return (RequestException, HTTPError, HTTPException, OSError, ValueError, *ours)


def _prepared(question: Question) -> PreparedRequest:
    from requests import Request

    request = Request(question.method, question.address, question.headers, data=question.body)
    return request.prepare()


def _wire(response: Response) -> Iterator[bytes]:
    while piece := response.raw.read1(PIECE, decode_content=False):
        yield piece


def _read_shortly(response: Response, headers: dict[str, str]) -> tuple[bytes, bool]:
    """Read a short body, which may say what is wrong, so that the connection can serve again."""
    declared = headers.get("content-length", "0" if response.status_code == NOT_MODIFIED else "")
    data = b""
    if declared.isascii() and declared.isdigit() and int(declared[:20]) <= PIECE:
        with contextlib.suppress(*_foreign()):
            for piece in decoded(_wire(response), headers.get("content-encoding", "")):
                data += piece
                if len(data) > PIECE:
                    return data[:PIECE], False
            return data, True
    return data, False


def _authorities() -> bool | str:
    """Return whose certificates are trusted, as requests' own sessions find it."""
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        told = os.environ.get(name)
        if told and not Path(told).exists():
            raise Failure(
                f"the environment variable {name} names no file: {told}",
                expected="a file with the certificates of the authorities that are trusted",
                next_step="correct it, or unset it",
            )
        if told:
            return told
    return True


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    """Keep urllib3 from logging addresses: they may hold a secret."""
    log = logging.getLogger("urllib3.connectionpool")

    def nothing(_: logging.LogRecord) -> bool:
        return False

    log.addFilter(nothing)
    try:
        yield
    finally:
        log.removeFilter(nothing)
