"""Connections that keep to a deadline, count what comes, and reach only allowed addresses.

A socket's own time-out is for one read: a server that drips a byte a second never meets it. So the
time that is left is set before each read, and the reads of head and body all go through here.
"""

from __future__ import annotations

import http.client
import io
import socket
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from pipeline.extract.limits import Limits, PrivateAddressError, TimeUpError
from pipeline.extract.public_address import Endpoint, endpoints

if TYPE_CHECKING:
    from typing_extensions import Buffer


class _TimedReads(io.RawIOBase):
    """The raw reads of one answer from its socket."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, limits: Limits) -> None:
        self._raw = raw
        self._sock = sock
        self.limits = limits
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int | None:
        if self.ended:
            return 0
        self._sock.settimeout(self.limits.remaining())
        try:
            received: int | None = self._raw.readinto(buffer)
        except TimeoutError:
            raise TimeUpError from None
        self.limits.count(received or 0)
        return received

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Reader(io.BufferedReader):
    """The buffered reads; when they end, what the server sent beyond the answer is noted."""

    def __init__(self, reads: _TimedReads) -> None:
        super().__init__(reads)
        self._reads = reads

    def close(self) -> None:
        if not self.closed:
            self._reads.ended = True
            self._reads.limits.surplus = self.peek(1)
        super().close()


class _Timed(HTTPConnection):
    """What our plain and our TLS connections do otherwise than urllib3's."""

    limits: Limits

    def _new_conn(self) -> socket.socket:
        """Connect to the first address that answers, each checked before it is connected to."""
        found = endpoints(self._dns_host, self.port or 0, self.limits.remaining())
        if self.proxy is None:
            allowed = [one for one in found if self.limits.may_reach(one[1])]
            if not allowed:
                raise PrivateAddressError(found[0][1])
            found = allowed
        problem: OSError | None = None
        for place, endpoint in enumerate(found):
            try:
                return self._connected(endpoint, self.limits.remaining() / (len(found) - place))
            except OSError as error:
                problem = error
        raise problem or OSError("no address")

    def _connected(self, endpoint: Endpoint, seconds: float) -> socket.socket:
        family, _, to = endpoint
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            for option in self.socket_options or ():
                sock.setsockopt(*option)
            sock.settimeout(seconds)
            sock.connect(to)
            sock.settimeout(self.limits.remaining())
        except BaseException:
            sock.close()
            raise
        return sock

    def send(self, data: Any) -> None:
        """Send, within the time that is left."""
        if self.sock is not None:
            self.sock.settimeout(self.limits.remaining())
        super().send(data)

    def response_class(  # type: ignore[override] # an attribute there; called alike
        self, sock: socket.socket, debuglevel: int = 0, *, method: str | None = None
    ) -> http.client.HTTPResponse:
        """Return a response that reads through `_TimedReads`."""
        response = http.client.HTTPResponse(sock, debuglevel, method)
        raw = response.fp.detach()
        response.fp = _Reader(_TimedReads(raw, sock, self.limits))
        return response


class TimedAdapter(HTTPAdapter):
    """requests' adapter over connections that keep to `limits`."""

    def __init__(self, limits: Limits) -> None:
        """Make the classes of connection that know these limits."""
        plain = type("_Plain", (_Timed,), {"limits": limits})
        secure = type("_Secure", (_Timed, HTTPSConnection), {"limits": limits})
        self._pools = {
            "http": type("_PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
            "https": type("_SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
        }
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make the pools of direct connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """Return the pools of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self._pools
        return manager
