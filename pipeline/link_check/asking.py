"""Asking for one link: HEAD, then the beginning of the page where that says too little."""

from __future__ import annotations

from pipeline.errors import SourceError
from pipeline.extract.address import normal_address, shown_address
from pipeline.extract.fetch import UNREACHABLE
from pipeline.extract.http_error import AGAIN, http_error
from pipeline.extract.transport import NOT_MODIFIED
from pipeline.link_check.following import Arrival, Follower, TroubleError, is_reached
from pipeline.link_check.memory import Link, Look, Trouble
from pipeline.link_check.missing_page import leads_home, says_missing

FIRST = 16_384
"""Bytes of a page that are read: its title, and all of a page that only says it is not there."""

REFUSALS = frozenset({401, 402, 403, 407, 451})
LONGEST_MARK = 500
"""Characters of an ETag or a Last-Modified that is kept."""


def look_at(follower: Follower, url: str, known: Link | None) -> Look:
    """Return what asking for a link shows; `known` is what the last look has shown.

    Raises `NotNowError`.
    """
    follower.begin()
    before = known.look if known else Look()
    try:
        return _look(follower, _normal(url), before)
    except TroubleError as error:
        return Look(trouble=error.trouble, problem=error.problem, no_head=before.no_head)


def _look(follower: Follower, address: str, before: Look) -> Look:
    no_head = before.no_head
    if not no_head:
        try:
            arrival = follower.follow(address, before, head=True)
        except TroubleError as error:
            if not error.again:
                raise
            no_head = True
        else:
            status = arrival.answer.status
            if status in AGAIN or _is_unchanged(arrival, before):
                return _seen(address, arrival, before)
            if is_reached(status) and not arrival.is_page:
                return _seen(address, arrival, before)
            no_head = not is_reached(status)
    arrival = follower.follow(address, before, cut=FIRST)
    return _seen(address, arrival, before, no_head=no_head)


def _seen(address: str, arrival: Arrival, before: Look, *, no_head: bool = False) -> Look:
    """Return what an answer shows; raises `TroubleError` where it is not what was meant."""
    answer, headers = arrival.answer, arrival.answer.headers
    unchanged = _is_unchanged(arrival, before)
    if not unchanged and not is_reached(answer.status):
        hop = "" if arrival.address == address else shown_address(arrival.address)
        raise TroubleError(_kind(answer.status), http_error(answer.status, "", hop).what)
    suspicion = before.suspicion if unchanged else _said_missing(arrival)
    if leads_home(address, arrival.address):
        suspicion = f"it leads to a front page, <{shown_address(arrival.address)}>"
    return Look(
        moved_to=arrival.moved_to,
        suspicion=suspicion,
        etag=before.etag if unchanged else _mark(headers.get("etag", "")),
        modified=before.modified if unchanged else _mark(headers.get("last-modified", "")),
        at=arrival.address,
        no_head=no_head,
    )


def _normal(url: str) -> str:
    try:
        return normal_address(url)
    except SourceError as error:
        raise TroubleError("broken", f"the address {error.what}") from None


def _is_unchanged(arrival: Arrival, before: Look) -> bool:
    """Say whether the answer is the one that was seen before: 304 to a request that said which."""
    asked = arrival.address == before.at and bool(before.etag or before.modified)
    return asked and arrival.answer.status == NOT_MODIFIED


def _kind(status: int) -> Trouble:
    if status in AGAIN or status >= UNREACHABLE:
        return "passing"
    return "refused" if status in REFUSALS else "broken"


def _said_missing(arrival: Arrival) -> str:
    if not arrival.is_page or not arrival.answer.data:
        return ""
    content_type = arrival.answer.headers.get("content-type", "")
    charset = content_type.lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    data = arrival.answer.data
    said = says_missing(data, charset, whole=len(data) < FIRST)
    return f"the page says “{said}”" if said else ""


def _mark(value: str) -> str:
    """Return an ETag or a date that can be sent back as it came, else an empty text."""
    fits = value.isascii() and value.isprintable() and len(value) <= LONGEST_MARK
    return value.strip() if fits else ""
