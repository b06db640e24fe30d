"""What keeps a request from its answer, told for people who run libraries, not networks."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator

from pipeline.extract.content_coding import CodingError
from pipeline.extract.limits import PrivateAddressError, TimeUpError, TooMuchError
from pipeline.extract.payloads import shown
from pipeline.extract.public_address import NoSuchHostError

KEPT = "; what was read until now is kept for a day, and the run goes on there"
"""What a fetcher takes out of a message where nothing was read yet."""

LATER = f"run again later{KEPT}"
OPERATOR = "tell the site's operator, and run again later"
DEEPEST = 12
"""Steps down a chain of exceptions: requests wraps urllib3's, which wraps the system's."""


class Failure(Exception):
    """A request that got no answer that can be used.

    `again` says whether trying again may help, `coding` whether it was the compression.
    """

    def __init__(
        self,
        what: str,
        *,
        expected: str = "",
        next_step: str = LATER,
        again: bool = False,
        coding: bool = False,
    ) -> None:
        """Keep what a `SourceError` will say."""
        super().__init__(what)
        self.what = what
        self.expected = expected
        self.next_step = next_step
        self.again = again
        self.coding = coding


def too_large(megabytes: float) -> Failure:
    """Return the failure of an answer that is larger than the source allows."""
    return Failure(
        f"has more than {megabytes:g} MB",
        expected="a page of a listing",
        next_step="check that the address is the right one; if so, raise 'largest' in [fetch]",
    )


def explain(error: BaseException, host: str, seconds: float, megabytes: float) -> Failure:
    """Return what an exception of requests, urllib3, http.client or the system means.

    No text of theirs is taken over, since it may hold the address with a secret.
    """
    chain = list(_chain(error))
    for one in chain:
        if isinstance(one, TimeUpError | TimeoutError):
            return Failure(
                f"has not answered whole within {seconds:,.1f} s",
                next_step=f"{LATER}; or raise 'response_seconds' in [fetch]",
            )
        if isinstance(one, TooMuchError):
            return too_large(megabytes)
        if isinstance(one, PrivateAddressError):
            return _private(host, str(one))
        if isinstance(one, CodingError):
            return Failure(str(one), next_step=OPERATOR, again=True, coding=True)
        if isinstance(one, NoSuchHostError):
            return _unknown_host(one)
    return _transport(chain, host) or _protocol(chain)


def _private(host: str, address: str) -> Failure:
    who = host if host == address else f"{host}, which is {address}"
    return Failure(
        f"leads to {who}, an address of a private network",
        expected="addresses of the internet, as the source's own location is one",
        next_step="check the link or redirect; a listing within your own network is read where "
        "'location' itself is there",
    )


def _unknown_host(error: NoSuchHostError) -> Failure:
    if error.passing:
        return Failure(
            f"the name {error.host} cannot be looked up at the moment",
            next_step="check that this machine is connected to the internet, and run again",
            again=True,
        )
    return Failure(
        f"there is no host named {error.host}",
        expected="the name of a host on the internet",
        next_step="check its spelling in 'location'; or the site has moved or is gone",
    )


def _transport(chain: list[BaseException], host: str) -> Failure | None:
    from urllib3.exceptions import ProxyError

    for one in chain:
        if isinstance(one, ProxyError):
            return Failure(
                "the proxy that this machine is set to use does not let it through",
                next_step="check the environment variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY",
                again=True,
            )
        if isinstance(one, ssl.SSLCertVerificationError):
            return Failure(
                f"the certificate of {host} cannot be trusted: "
                f"{shown(getattr(one, 'verify_message', '') or 'it is for another name')}",
                expected="a certificate that is valid for this host",
                next_step=f"{OPERATOR}; for an authority of your own set REQUESTS_CA_BUNDLE",
            )
        if isinstance(one, ssl.SSLError):
            reason = (getattr(one, "reason", "") or "").replace("_", " ").lower()
            return Failure(
                f"no secure connection to {host} comes about" + (f": {reason}" if reason else ""),
                next_step=f"{OPERATOR}; or check whether the address is an http:// one",
                again=True,
            )
    for one in chain:
        if isinstance(one, ConnectionRefusedError):
            return Failure(f"nothing answers at {host}: it refuses the connection", again=True)
        if isinstance(one, http.client.RemoteDisconnected | ConnectionError):
            return Failure("closed the connection before it answered whole", again=True)
    return None


def _protocol(chain: list[BaseException]) -> Failure:
    from urllib3.exceptions import InvalidHeader

    for one in chain:
        if isinstance(one, http.client.IncompleteRead):
            return Failure("broke off in the middle of its answer", again=True)
        if isinstance(one, http.client.LineTooLong):
            return Failure("sends a header line without an end", next_step=OPERATOR)
        if isinstance(one, http.client.BadStatusLine | http.client.UnknownProtocol):
            return Failure(
                "does not answer in HTTP",
                expected="the address of a web server",
                next_step="check its port, and http:// against https://",
            )
        if isinstance(one, http.client.HTTPException | InvalidHeader):
            return Failure("sends headers that cannot be read", next_step=OPERATOR)
    for one in chain:
        if isinstance(one, OSError) and one.strerror:
            return Failure(f"cannot be reached: {one.strerror.lower()}", again=True)
    return Failure(f"cannot be read ({type(chain[0]).__name__})", next_step=OPERATOR)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception and those that it stands for, the outermost first."""
    seen: set[int] = set()
    waiting = [error]
    while waiting and len(seen) < DEEPEST:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        held = (*one.args, getattr(one, "reason", None), one.__cause__, one.__context__)
        waiting.extend(part for part in held if isinstance(part, BaseException))
