"""Waiting: between two requests to a host, as long as a server asks for, and after a failure."""

from __future__ import annotations

import random
import threading
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

LONGEST_BACK_OFF = 60.0
"""Seconds. What a server needs longer for, it can ask for by Retry-After."""

MOST_SECONDS = 10 * 365 * 86_400.0
"""Ten years: what a Retry-After beyond this says is the same."""


class Pauses:
    """When each host may be asked again, for all sources of a process."""

    def __init__(self) -> None:
        """Know no host yet."""
        self._lock = threading.Lock()
        self._asked: dict[str, float] = {}
        self._not_before: dict[str, float] = {}

    def wait(self, address: str, pause: float, now: float) -> float:
        """Return the seconds from `now` until `address` may be asked for.

        That is `pause` after the last request to its host, and not before the moment that its
        server (host and port) asked for.
        """
        host, server = _host(address), _server(address)
        with self._lock:
            due = self._asked[host] + pause if host in self._asked else now
            return max(0.0, due - now, self._not_before.get(server, now) - now)

    def asked(self, address: str, now: float) -> None:
        """Note that a request has ended."""
        with self._lock:
            self._asked[_host(address)] = now

    def leave_alone(self, address: str, until: float) -> None:
        """Note that the server of `address` is not to be asked before `until`."""
        server = _server(address)
        with self._lock:
            self._not_before[server] = max(until, self._not_before.get(server, until))


PAUSES = Pauses()
"""Those of this process: two sources at one host keep one pause."""


def back_off(attempt: int) -> float:
    """Return the seconds to wait after the failed attempt number `attempt` (the first is 0).

    Doubled each time, and of random length between half and the whole, so that many clients that
    met one failure do not come back at one time.
    """
    whole = min(LONGEST_BACK_OFF, 2.0 ** min(attempt, 16))
    return whole * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def retry_after(value: str, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, section 10.2.3), or None.

    `now` is the time of day in seconds since 1970; a date that has passed asks for none.

    >>> retry_after("120", 0.0), retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 0.0)
    (120.0, 60.0)
    >>> retry_after("soon", 0.0)
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(MOST_SECONDS, float(text[:20]))
    try:
        return min(MOST_SECONDS, max(0.0, parsedate_to_datetime(text).timestamp() - now))
    except (ValueError, OverflowError, OSError):
        return None


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""


def _server(address: str) -> str:
    return urlsplit(address).netloc
