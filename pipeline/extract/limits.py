"""What one answer may take: how long, how many bytes, from which addresses."""

from __future__ import annotations

import time

from pipeline.extract.public_address import is_local, is_public

LONGEST_WAIT = 3600.0
"""Seconds that one read may block where there is no limit."""


class LimitError(Exception):
    """An answer, or where it comes from, is beyond what is allowed.

    These are no `OSError`s, so that requests and urllib3 let them through as they are.
    """


class TimeUpError(LimitError):
    """The time for one answer is over."""


class TooMuchError(LimitError):
    """More bytes came than one answer may have."""


class PrivateAddressError(LimitError):
    """A host has only addresses that this source may not lead to; the text is one of them."""


class Limits:
    """What the answer that is being read may take; all connections of a transport look here."""

    def __init__(self) -> None:
        """Start without limits; local addresses are refused."""
        self.local_allowed = False
        self.surplus = b""
        self._deadline = float("inf")
        self._most = float("inf")
        self._received = 0

    def begin(self, seconds: float, most_bytes: float) -> None:
        """Start the time and the count of one answer."""
        self.surplus = b""
        self._deadline = time.monotonic() + seconds
        self._most = most_bytes
        self._received = 0

    def remaining(self) -> float:
        """Return the seconds that are left; raises `TimeUpError`."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeUpError
        return min(left, LONGEST_WAIT)

    def count(self, received: int) -> None:
        """Count what came; raises `TooMuchError`."""
        self._received += received
        if self._received > self._most:
            raise TooMuchError

    def may_reach(self, address: str) -> bool:
        """Say whether an IP address may be connected to."""
        return is_public(address) or (self.local_allowed and is_local(address))
