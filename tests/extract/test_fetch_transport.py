"""Connections: TLS, proxies, deadlines, and what each failure is called."""

from __future__ import annotations

import http.client
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from urllib3.exceptions import InvalidHeader, MaxRetryError, ProxyError
from urllib3.poolmanager import PoolManager

from pipeline.errors import SourceError
from pipeline.extract.failure import explain
from pipeline.extract.fetch import Fetcher
from pipeline.extract.limits import Limits, TimeUpError
from pipeline.extract.public_address import NoSuchHostError
from pipeline.extract.transport import Answer as Received
from pipeline.extract.transport import Question, Transport
from pipeline.settings import SourceFetch
from tests.extract.web import Answer, Web, fetcher_for, live_source, no_such_names

CAP = 1.0
SLACK = 2.0


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a certificate for localhost, with its key, that nobody vouches for."""
    tool = shutil.which("openssl")
    if tool is None:
        pytest.skip("openssl makes the certificate, and is not installed")
    file = tmp_path_factory.mktemp("tls") / "localhost.pem"
    subprocess.run(
        [tool, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(file),
         "-out", str(file.with_suffix(".crt")), "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    with file.open("ab") as joined:
        joined.write(file.with_suffix(".crt").read_bytes())
    return file


@pytest.fixture
def secure(certificate: Path) -> Iterator[Callable[[str], str]]:
    """Run a server behind TLS; gives its addresses by host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with Web({"/a": "page", "/robots.txt": Answer(b"", 404)}) as web:
        web._server.socket = context.wrap_socket(web._server.socket, server_side=True)
        yield lambda host: f"https://{host}:{web.host.rpartition(':')[2]}/a"


@pytest.fixture
def quiet() -> Iterator[Callable[[bytes], str]]:
    """Run servers that take connections, send some bytes over and over, and never end."""
    closed = threading.Event()
    listeners: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def serve(listener: socket.socket, data: bytes) -> None:
        with listener:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                while data and not closed.wait(0.05):
                    try:
                        connection.sendall(data)
                    except OSError:
                        return
                closed.wait(30)

    def start(data: bytes) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(10)
        listeners.append(listener)
        threads.append(threading.Thread(target=serve, args=(listener, data)))
        threads[-1].start()
        return f"127.0.0.1:{listener.getsockname()[1]}"

    yield start
    closed.set()
    for thread in threads:
        thread.join()


def send(transport: Transport, address: str) -> Received:
    return transport.send(Question(address, {}), left=60)


def fetcher(location: str, output: Path) -> Fetcher:
    return fetcher_for(live_source(location, fetch=SourceFetch(response_seconds=CAP)), output)


class TestTls:
    def test_a_certificate_that_nobody_vouches_for(
        self, tmp_path: Path, secure: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.delenv(name, raising=False)
        address = secure("localhost")
        with pytest.raises(SourceError) as caught:
            fetcher(address, tmp_path).get(address)
        assert str(caught.value).startswith(f"{address}: ")
        assert "the certificate of localhost cannot be trusted: self-signed" in str(caught.value)
        assert "REQUESTS_CA_BUNDLE" in caught.value.next_step

    def test_a_certificate_of_an_authority_of_ones_own(
        self,
        tmp_path: Path,
        secure: Callable[[str], str],
        certificate: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.with_suffix(".crt")))
        address = secure("localhost")
        assert fetcher(address, tmp_path).get(address).data == b"page"

    def test_a_certificate_for_another_name(
        self,
        tmp_path: Path,
        secure: Callable[[str], str],
        certificate: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.with_suffix(".crt")))
        address = secure("127.0.0.1")
        with pytest.raises(SourceError, match="IP address mismatch"):
            fetcher(address, tmp_path).get(address)

    def test_a_list_of_authorities_that_is_not_there(
        self, tmp_path: Path, secure: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.crt"))
        address = secure("localhost")
        with pytest.raises(SourceError, match="REQUESTS_CA_BUNDLE names no file"):
            fetcher(address, tmp_path).get(address)

    def test_a_server_that_does_not_speak_it(self, tmp_path: Path) -> None:
        with Web({"/a": "page"}) as web:
            address = web.url("/a").replace("http:", "https:")
            with pytest.raises(SourceError) as caught:
                fetcher(address, tmp_path).get(address)
        assert "no secure connection to 127.0.0.1 comes about" in str(caught.value)
        assert "http:// one" in caught.value.next_step

    @pytest.mark.slow
    @pytest.mark.parametrize("data", [b"", b"\x16\x03\x03\x40\x00\x02" + b"\0" * 30])
    def test_a_handshake_without_an_end_is_cut(
        self, tmp_path: Path, quiet: Callable[[bytes], str], data: bytes
    ) -> None:
        address = f"https://{quiet(data)}/a"
        begun = time.perf_counter()
        with pytest.raises(SourceError) as caught:
            fetcher(address, tmp_path).get(address)
        assert time.perf_counter() - begun < CAP + SLACK
        assert str(caught.value).startswith(f"{address}: ")


class TestProxy:
    @pytest.fixture(autouse=True)
    def environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        no_such_names(monkeypatch)

    def test_one_in_the_environment_is_used(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Web({}) as proxy:
            proxy.answers["http://listing.invalid/a"] = "through the proxy"
            monkeypatch.setenv("http_proxy", proxy.url())
            fetcher = fetcher_for(live_source("http://listing.invalid/"), tmp_path)
            assert fetcher.get("http://listing.invalid/a").data == b"through the proxy"
            assert [request.path for request in proxy.log] == [
                "http://listing.invalid/robots.txt",
                "http://listing.invalid/a",
            ]

    def test_a_host_of_the_own_network_is_asked_for_through_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Web({"http://127.0.0.1:1/a": "through the proxy"}) as proxy:
            monkeypatch.setenv("http_proxy", proxy.url())
            fetcher = fetcher_for(live_source("http://127.0.0.1:1/"), tmp_path)
            assert fetcher.get("http://127.0.0.1:1/a").data == b"through the proxy"

    def test_a_private_address_is_not_asked_for_through_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Web({}) as proxy:
            target = {"Location": "http://10.1.2.3/"}
            proxy.answers["http://listing.invalid/a"] = Answer(b"", 302, target)
            monkeypatch.setenv("http_proxy", proxy.url())
            source = live_source("http://listing.invalid/", fetch=SourceFetch(robots=False))
            with pytest.raises(SourceError, match=r"leads to 10\.1\.2\.3, an address of a private"):
                fetcher_for(source, tmp_path).get("http://listing.invalid/a")
            assert len(proxy.log) == 1

    def test_one_that_refuses_is_told_as_such(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with Web({}) as proxy:  # which knows no CONNECT
            monkeypatch.setenv("https_proxy", proxy.url())
            fetcher = fetcher_for(live_source("https://listing.invalid/"), tmp_path)
            with pytest.raises(SourceError, match="the proxy that this machine is set to use"):
                fetcher.get("https://listing.invalid/a")

    def test_one_that_cannot_be_used_is_told_too(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:9")
        fetcher = fetcher_for(live_source("http://listing.invalid/"), tmp_path)
        with pytest.raises(SourceError, match=r"listing\.invalid/a: .*cannot be read"):
            fetcher.get("http://listing.invalid/a")

    @pytest.mark.slow
    def test_one_that_drips_is_cut(
        self, tmp_path: Path, quiet: Callable[[bytes], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("https_proxy", f"http://{quiet(b'X')}")
        address = "https://listing.invalid/a"
        begun = time.perf_counter()
        with pytest.raises(SourceError, match="has not answered whole within"):
            fetcher(address, tmp_path).get(address)
        assert time.perf_counter() - begun < CAP + SLACK


def test_time_that_is_over_stays_over() -> None:
    limits = Limits()
    limits.begin(0, 1)
    with pytest.raises(TimeUpError):
        limits.remaining()


def test_connections_are_used_again() -> None:
    with Web({"/a": "x" * 100_000, "/b": Answer("y", headers={"ETag": '"1"'})}) as web:
        ports: list[object] = []
        real = web._server.process_request

        def count(request: object, address: object) -> None:
            ports.append(address)
            real(request, address)  # type: ignore[arg-type]

        web._server.process_request = count  # type: ignore[method-assign, assignment]
        transport = Transport(web.url(), 9, 1)
        for path in ("/a", "/gone", "/b", "/a"):
            send(transport, web.url(path))
        transport.send(Question(web.url("/b"), {"If-None-Match": '"1"'}), left=9)
        assert len(ports) == 1
        transport.close()


def test_a_server_that_closed_meanwhile_is_connected_to_again() -> None:
    with Web({"/a": Answer("x")}) as web:
        transport = Transport(web.url(), 9, 1)
        send(transport, web.url("/a"))
        web._server.close_connections()
        time.sleep(0.05)
        assert send(transport, web.url("/a")).data == b"x"
        transport.close()


def chained(*errors: BaseException) -> BaseException:
    """Return errors as libraries wrap them, the outermost first."""
    for outer, inner in pairwise(errors):
        outer.__cause__ = inner
    return errors[0]


@pytest.mark.parametrize(
    ("error", "told", "again"),
    [
        (NoSuchHostError("a.example", passing=True), "cannot be looked up at the moment", True),
        (NoSuchHostError("a.example", passing=False), "there is no host named a.example", False),
        (chained(OSError(), ssl.SSLError(1, "x")), "no secure connection to host comes", True),
        (ssl.SSLCertVerificationError("x"), "cannot be trusted: it is for another name", False),
        (ConnectionRefusedError(), "nothing answers at host", True),
        (ConnectionResetError(), "closed the connection before", True),
        (http.client.IncompleteRead(b""), "broke off in the middle", True),
        (http.client.LineTooLong("x"), "a header line without an end", False),
        (http.client.UnknownProtocol("7"), "does not answer in HTTP", False),
        (http.client.HTTPException("x"), "sends headers that cannot be read", False),
        (InvalidHeader("x"), "sends headers that cannot be read", False),
        (OSError(113, "No route to host"), "cannot be reached: no route to host", True),
        (ValueError("secret"), "cannot be read (ValueError)", False),
        (MaxRetryError(PoolManager(), "u", ProxyError("x", OSError())), "the proxy", True),  # type: ignore[arg-type]
    ],
)
def test_what_goes_wrong_is_told_in_words(error: Exception, told: str, again: bool) -> None:
    failure = explain(error, "host", 1, 1)
    assert told in failure.what
    assert failure.again is again
    assert "secret" not in failure.what


def test_a_chain_of_errors_in_a_circle_ends() -> None:
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert explain(first, "host", 1, 1).what == "cannot be read (ValueError)"
