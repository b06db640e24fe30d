"""What a server's refusal means, and what to do about it."""

from __future__ import annotations

from http import HTTPStatus

from pipeline.errors import SourceError

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Status codes after which the same request may be answered a little later."""

MEANINGS: dict[int, tuple[str, str]] = {
    400: ("the server does not understand this address", "check 'location' and its parameters"),
    401: (
        "the server wants a login",
        "name the variable with your key in [credentials] of the source file (docs/fetching.md); "
        "it is sent to the very host, port and http(s) of 'location' only",
    ),
    402: ("the server wants to be paid", "ask the site for access"),
    403: (
        "the server refuses the page",
        "open it in a browser: where that works, ask the site to let Cataloom in (it names itself "
        "and your contact in every request); where the page wants a login, see [credentials]",
    ),
    404: (
        "there is no such page",
        "open it in a browser, and correct 'location' or the link to it",
    ),
    405: (
        "the server does not allow this kind of request",
        "check that 'location' is the right one",
    ),
    406: ("the server does not have the page in this format", "check the source's 'kind'"),
    410: (
        "the page is gone for good",
        "find out where the listing has moved, or remove the source",
    ),
    429: (
        "the server is asked too much",
        "raise 'pause' in [fetch] of the source, and run again later",
    ),
    451: ("the page may not be shown for legal reasons", "ask the site"),
}
TROUBLE = ("the server is in trouble", "run again later; if it lasts, tell the site's operator")
REFUSED = ("the server refuses the request", "open the page in a browser, and check 'location'")
STRANGE = ("the server does not answer with the page", "open the page in a browser")


class NoAnswerError(SourceError):
    """The server gave no answer that can be used."""

    kind = "no answer"


class HttpError(NoAnswerError):
    """The server answered, but not with what was asked for.

    `status` is the HTTP status code, `said` how its answer begins, where that is plain text,
    `body` its first bytes, since some protocols answer in words of their own beside the status.
    """

    status: int = 0
    said: str = ""
    body: bytes = b""

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle by parts, with what was added."""
        parts = (self.what, self.where, self.expected, self.next_step)
        return (_rebuild, (self.status, *parts, self.said))


class NotKeptError(HttpError):
    """No harvest has read the page, and offline it counts as one that is not there."""

    status = 404


class ComeBackError(HttpError):
    """The server asks to be left alone for longer than the settings allow to wait."""


class TimeIsUpError(NoAnswerError):
    """The harvest has taken as long as it may: further pages will not be answered either."""


def http_error(status: int, page: str, hop: str = "", tried: int = 1) -> HttpError:
    """Return the error for an answer with this status.

    `hop` is what answered, where `page` redirects to it; `tried` says how often it was asked.
    """
    other = TROUBLE if status >= 500 else REFUSED if status >= 400 else STRANGE  # noqa: PLR2004
    what, next_step = MEANINGS.get(status, other)
    try:
        phrase = f" {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = ""
    often = f", {tried} times over" if tried > 1 else ""
    if hop:
        what = f"{hop}, to which it redirects: {what}"
    return _rebuild(status, f"{what} (HTTP {status}{phrase}{often})", page, "the page", next_step)


def told_of(error: SourceError, page: str, what: str) -> SourceError:
    """Return an error of the same kind that says `what` of another page."""
    told = type(error)(what, where=page, expected=error.expected, next_step=error.next_step)
    if isinstance(error, HttpError) and isinstance(told, HttpError):
        told.status = error.status
    return told


def _rebuild(
    status: int, what: str, where: str, expected: str, next_step: str, said: str = ""
) -> HttpError:
    error = HttpError(what, where=where, expected=expected, next_step=next_step)
    error.status = status
    error.said = said
    return error
