"""Real receivers on loopback for tests: an HTTP server that keeps what it gets, an SMTP server."""

from __future__ import annotations

import email
import email.policy
import http.server
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import NamedTuple


class Got(NamedTuple):
    """One request: its method, path and body."""

    method: str
    path: str
    body: bytes


class WebReceiver:
    """Keeps every request; answers with `status`."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.status = 204
        self.url = ""


@contextmanager
def web_receiver() -> Iterator[WebReceiver]:
    """Serve on loopback for as long as the context lasts."""
    receiver = WebReceiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            receiver.got.append(Got(self.command, self.path, body))
            self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            self.do_POST()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        receiver.url = f"http://127.0.0.1:{server.server_port}"
        yield receiver
        server.shutdown()


class MailReceiver:
    """Keeps every message; refuses all where `refuses` is set."""

    def __init__(self) -> None:
        self.got: list[EmailMessage] = []
        self.refuses = False
        self.port = 0


@contextmanager
def mail_receiver() -> Iterator[MailReceiver]:
    """Speak SMTP (RFC 5321) on loopback for as long as the context lasts."""
    receiver = MailReceiver()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 test")
            while line := self.rfile.readline().strip():
                command = line.upper()
                if command.startswith(b"QUIT"):
                    self._say("221 bye")
                    return
                if command.startswith(b"DATA"):
                    self._say("354 go on")
                    self._keep()
                elif command.startswith(b"RCPT") and receiver.refuses:
                    self._say("550 no such user")
                else:
                    self._say("250 fine")

        def _keep(self) -> None:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            found = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            receiver.got.append(found)
            self._say("250 kept")

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        receiver.port = server.server_address[1]
        yield receiver
        server.shutdown()
