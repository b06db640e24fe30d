"""A web server on loopback that does everything wrong, over bare sockets.

    with FaultyServer() as server:
        fetcher.get(server.url("/drip-body"))

`FAULTS` holds a function a path, which gets the connection once the request's head is read. What
lasts for ever does so until the client has gone or the server is closed. `server.pages` are right
answers by path, and `server.instead` sends who asks for a path to the fault of another.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import NamedTuple, Self

DRIP = 0.05
"""Seconds between two bytes of what drips."""

PAGE = b"<html><body><p>One page of a listing.</p></body></html>"


class Visit(NamedTuple):
    """One request: its connection, its path with query, how often this path was asked for."""

    server: FaultyServer
    connection: socket.socket
    path: str
    head: str
    times: int

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def answer(self, body: bytes = PAGE, status: str = "200 OK", **headers: str) -> None:
        """Send a whole, right answer; a header `Retry_After` is sent as `Retry-After`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if "Content-Length" not in named and "Transfer-Encoding" not in named:
            named["Content-Length"] = str(len(body))
        self.send(head(status, **named) + body)

    def begin(self, **headers: str) -> None:
        """Send the head of an answer that ends with the connection."""
        self.send(head("200 OK", **{name.replace("_", "-"): v for name, v in headers.items()}))

    def drip(self, data: Iterator[bytes]) -> None:
        for piece in data:
            if self.server.closed.wait(DRIP):
                return
            self.send(piece)

    def pour(self, data: Iterator[bytes]) -> None:
        for piece in data:
            if self.server.closed.is_set():
                return
            self.send(piece)


class FaultyServer:
    """The server; it runs while its `with` block does."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.visits: list[str] = []
        self.pages: dict[str, bytes] = {}
        self.instead: dict[str, str] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]

    @property
    def port(self) -> int:
        """Return the port it listens at."""
        port: int = self._listener.getsockname()[1]
        return port

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Return the address of a path."""
        return f"http://{host}:{self.port}{path}"

    def count(self, path: str) -> int:
        """Return how often a path was asked for."""
        return self.visits.count(path)

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closed.set()
        for connection in self._connections:
            connection.close()
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _accept(self) -> None:
        while not self.closed.is_set():
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(5)
            self._connections.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                self._converse(connection)
            except OSError:
                return  # the client has gone, or the server is closed

    def _converse(self, connection: socket.socket) -> None:
        received = b""
        while b"\r\n\r\n" not in received:
            piece = connection.recv(65_536)
            if not piece:
                return
            received += piece
        path = received.split(b" ")[1].decode()
        self.visits.append(path)
        visit = Visit(self, connection, path, received.decode("latin-1"), self.count(path))
        from tests.extract.faults import FAULTS, not_there

        named = path.partition("?")[0]
        if named in self.instead:
            FAULTS[self.instead[named]](visit)
        elif path in self.pages:
            visit.answer(self.pages[path])
        else:
            FAULTS.get(named, not_there)(visit)


def head(status: str, **headers: str) -> bytes:
    """Return the head of an answer; the connection is closed after each."""
    lines = [f"HTTP/1.1 {status}", "Connection: close", *(f"{n}: {v}" for n, v in headers.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
