"""The page that a page links to: the answer of its server, or a saved file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

from pipeline.extract.address import shown_address
from pipeline.extract.http_error import HttpError, NotKeptError
from pipeline.extract.payloads import Payload, read_payload, shown
from pipeline.extract.saved_pages import saved_page
from pipeline.extract.unread import unread
from pipeline.model import Page
from pipeline.settings import Source

if TYPE_CHECKING:
    from pipeline.extract.access import Access

NO_PAGE = frozenset({404, 410})
"""What servers answer for an address that is no page (any more)."""


def next_saved(
    source: Source, access: Access, payload: Payload, path: Path, link: str, visited: set[str]
) -> Payload | Page | None:
    """Return the saved page that `link` means, None for one of `visited`, or why there is none."""
    target = saved_page(path, link, access.folder, source.homepage)
    if target is None:
        message = (
            f"{payload.name}: the next page {shown(link)!r} is no saved file, so reading stops "
            "here; save it beside this one, or give 'location' as a glob"
        )
        return unread(source, message, value=link)
    if str(target.resolve()) in visited:
        return None
    visited.add(str(target.resolve()))
    return read_payload(source, target, access.folder, access.payloads)


def next_answer(
    source: Source, access: Access, payload: Payload, link: str, visited: set[str], accept: str
) -> Payload | Page | None:
    """Return the answer that `link` leads to, None for one of `visited`, or why there is none."""
    address, problem = _resolved(source, payload, link)
    if problem:
        return _no_next(source, payload, address, problem)
    if address in visited:
        return None
    visited.add(address)
    try:
        answer = access.web.get(address, accept=accept)
    except HttpError as error:
        if error.status not in NO_PAGE:
            raise
        is_kept = not isinstance(error, NotKeptError)
        problem = f"is not there (HTTP {error.status})" if is_kept else "was not kept"
        return _no_next(source, payload, address, problem)
    came_from = place_of(answer)
    if came_from != address and came_from in visited:
        message = (
            f"{payload.name}: the next page {shown_address(address)!r} leads back to a page that "
            "was read before; reading ended here"
        )
        return unread(source, message, severity="info")
    visited.add(came_from)
    return answer


def _resolved(source: Source, payload: Payload, link: str) -> tuple[str, str]:
    """Return the address that `link` means, and what keeps it from being followed."""
    try:
        address = urldefrag(urljoin(payload.url, link)).url
        if not address.startswith(("http://", "https://")):
            return link, "is no web address"
        if _host(address) not in (_host(source.location.strip()), _host(payload.url)):
            return address, "leads to another host"
    except ValueError:
        return link, "is no web address"
    return address, ""


def _no_next(source: Source, payload: Payload, address: str, problem: str) -> Page:
    message = (
        f"{payload.name}: the next page {shown_address(address)!r} {problem}, so reading stops "
        "here; look at the page in a browser, and correct the selector of its 'next' or use "
        "[paging]"
    )
    return unread(source, message, value=shown_address(address))


def place_of(payload: Payload) -> str:
    """Return the address or file that a payload came from."""
    return urldefrag(payload.url).url if payload.path is None else str(payload.path.resolve())


def _host(address: str) -> tuple[str | None, int | None]:
    """Return host and port, the usual ports of http and https taken as one."""
    parts = urlsplit(address)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.hostname, None if parts.port == usual else parts.port
