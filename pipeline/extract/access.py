"""How a source's payloads are had: saved files, one address, numbered pages, or page after page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.address import shown_address
from pipeline.extract.fetch import Fetcher
from pipeline.extract.http_error import HttpError
from pipeline.extract.numbered_pages import check_paging, page_addresses
from pipeline.extract.payloads import (
    MOST_FILES,
    Payload,
    find_files,
    is_glob,
    read_payload,
    shown,
    source_issue,
)
from pipeline.extract.repeats import Repeats
from pipeline.extract.saved_pages import saved_page
from pipeline.kinds import KINDS
from pipeline.model import Issue, Page
from pipeline.settings import Source

NO_NUMBER = frozenset({400, 404, 410, 416})
"""What servers answer for the number of a page beyond the last."""

NO_PAGE = frozenset({404, 410})
"""What servers answer for an address that is no page (any more)."""


class Access(msgspec.Struct, frozen=True):
    """Where the payloads of one source come from and where they are kept.

    `folder` is the catalogue's `input/`, `payloads` the payload store; `fetcher` reads the web for
    a live source. `since` is the moment from which an incremental harvest begins (`Page.until` of
    the one before); empty: everything is wanted.
    """

    folder: Path
    payloads: Path
    fetcher: Fetcher | None = None
    since: str = ""

    @property
    def web(self) -> Fetcher:
        """Return the fetcher; raises `SourceError` where there is none."""
        if self.fetcher is None:
            raise SourceError(
                "an address is to be read, but the source is one of saved files",
                expected="'location' to be a web address",
            )
        return self.fetcher


class NoEntriesError(SourceError):
    """A page was read but holds no entry: wrong as the first page, the end as a further one."""


Read = Callable[[Payload], Iterator[Page]]
"""Takes a payload, gives its pages (several where it is large); raises `NoEntriesError`."""

NextOf = Callable[[Payload], str]
"""Gives the address of the next payload as the document writes it, or an empty text at the end."""


def read_each(source: Source, access: Access, read: Read, *, accept: str = "") -> Iterator[Page]:
    """Return the pages that `read` makes of each payload of the source, in order.

    Payloads are the saved files, the one address, or the numbered pages of `source.paging`; the
    same content is read once. Numbered pages end with one that the server does not have, that holds
    no entry or none that is new, or with `paging.last`; an entry that stands on two of them is read
    once. `accept` is the Accept header for the web.

    Raises `SettingsError` or `SourceError` for a location or paging that is wrong; all else when
    the pages are taken.
    """
    payloads = payloads_of(source, access, accept=accept)
    return (_read_numbered if source.paging else _read_all)(source, payloads, read)


def read_following(
    source: Source, access: Access, read: Read, next_of: NextOf, *, accept: str = ""
) -> Iterator[Page]:
    """Return the pages that `read` makes of the first payload and of those that it leads to.

    `next_of` is asked once `read` has given the last page of a payload, so `read` may note the link
    down on its way. Its answer is resolved on the address of the payload (for a saved file: found
    among the saved ones) and followed on the same host only, with these ends: no link; an address
    that was read before; the same content, no entry or none that is new; a page that the server
    does not have; `MOST_FILES` pages. Each but the first two leaves an issue. An entry that stands
    on two pages is read once. Where `location` is a glob, all its files are read and none followed.

    Raises `SettingsError` or `SourceError` for a location that is wrong and where `source.paging`
    is set too; all else when the pages are taken.
    """
    if source.paging:
        raise SettingsError(
            f"keys 'paging' and '{KINDS[source.kind].table}.next': both say where the next page is",
            where=source.file or source.name,
            expected="one of the two",
            next_step="keep 'next' where the page links to the next one, else 'paging'",
        )
    payloads = payloads_of(source, access, accept=accept)
    if not source.is_live and is_glob(source, access.folder):
        return _read_all(source, payloads, read)

    def next_payload(payload: Payload, visited: set[str]) -> Payload | Issue | None:
        link = next_of(payload).strip()
        if not link:
            return None
        if payload.path is not None:
            return _next_saved(source, access, payload, payload.path, link, visited)
        return _next_answer(source, access, payload, link, visited, accept)

    return _follow(source, payloads, read, next_payload)


def payloads_of(source: Source, access: Access, *, accept: str = "") -> Iterator[Payload]:
    """Return the saved files, the one address, or page after page for as long as they are taken.

    Raises `SettingsError` or `SourceError` for a location or paging that is wrong; all else when
    taken.
    """
    if source.is_live:
        check_paging(source)
        return _answers(source, access, accept)
    files = find_files(source, access.folder)
    return (read_payload(source, path, access.folder, access.payloads) for path in files)


def _answers(source: Source, access: Access, accept: str) -> Iterator[Payload]:
    if source.paging is None:
        yield access.web.get(source.location.strip(), accept=accept)
        return
    for place, address in enumerate(page_addresses(source.location, source.paging)):
        try:
            yield access.web.get(address, accept=accept)
        except HttpError as error:
            if place and error.status in NO_NUMBER:
                return
            raise


def _read_all(source: Source, payloads: Iterator[Payload], read: Read) -> Iterator[Page]:
    digests: dict[str, str] = {}
    for payload in payloads:
        if payload.digest in digests:
            message = f"{payload.name}: is the same as {digests[payload.digest]}; it was read once"
            yield Page((), (source_issue(source, message),))
            continue
        yield from read(payload)
        digests[payload.digest] = payload.name


def _read_numbered(source: Source, payloads: Iterator[Payload], read: Read) -> Iterator[Page]:
    repeats, digests = Repeats(source), set[str]()
    for payload in payloads:
        if payload.digest in digests:
            return
        try:
            yield from repeats.first_seen(payload, read(payload))
        except NoEntriesError:
            if digests:
                return
            raise
        if repeats.nothing_new:
            return
        digests.add(payload.digest)
    if len(digests) == MOST_FILES:
        yield Page((), (_endless(source),))


def _follow(
    source: Source,
    payloads: Iterator[Payload],
    read: Read,
    next_payload: Callable[[Payload, set[str]], Payload | Issue | None],
) -> Iterator[Page]:
    payload = next(payloads)
    repeats, names = Repeats(source), dict[str, str]()
    visited = {urldefrag(source.location.strip()).url, _place(payload)}
    while True:
        if payload.digest in names:
            end = f"is the same as {names[payload.digest]}; it was read once"
            yield Page((), (source_issue(source, f"{payload.name}: {end}"),))
            return
        try:
            yield from repeats.first_seen(payload, read(payload))
        except NoEntriesError as error:
            if not names or payload.path is not None:
                raise
            yield Page((), (source_issue(source, f"{error}; reading ended here", severity="info"),))
            return
        names[payload.digest] = payload.name
        if repeats.nothing_new:
            message = (
                f"{payload.name}: holds only entries that were read before; reading ended here"
            )
            yield Page((), (source_issue(source, message, severity="info"),))
            return
        if len(names) == MOST_FILES:
            yield Page((), (_endless(source),))
            return
        following = next_payload(payload, visited)
        if isinstance(following, Issue):
            yield Page((), (following,))
        if not isinstance(following, Payload):
            return
        payload = following


def _next_saved(
    source: Source, access: Access, payload: Payload, path: Path, link: str, visited: set[str]
) -> Payload | Issue | None:
    target = saved_page(path, link, access.folder, source.homepage)
    if target is None:
        message = (
            f"{payload.name}: the next page {shown(link)!r} is no saved file, so reading stops "
            "here; save it beside this one, or give 'location' as a glob"
        )
        return source_issue(source, message, value=link)
    if str(target.resolve()) in visited:
        return None
    visited.add(str(target.resolve()))
    return read_payload(source, target, access.folder, access.payloads)


def _next_answer(
    source: Source, access: Access, payload: Payload, link: str, visited: set[str], accept: str
) -> Payload | Issue | None:
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
        return _no_next(source, payload, address, f"is not there (HTTP {error.status})")
    came_from = _place(answer)
    if came_from != address and came_from in visited:
        return None
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


def _no_next(source: Source, payload: Payload, address: str, problem: str) -> Issue:
    message = (
        f"{payload.name}: the next page {shown_address(address)!r} {problem}, so reading stops "
        "here; look at the page in a browser, and correct the selector of its 'next' or use "
        "[paging]"
    )
    return source_issue(source, message, value=shown_address(address))


def _place(payload: Payload) -> str:
    return urldefrag(payload.url).url if payload.path is None else str(payload.path.resolve())


def _host(address: str) -> tuple[str | None, int | None]:
    """Return host and port, the usual ports of http and https taken as one."""
    parts = urlsplit(address)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.hostname, None if parts.port == usual else parts.port


def _endless(source: Source) -> Issue:
    message = (
        f"{MOST_FILES:,} pages were read and no end was found, so reading stops here; expected a "
        "listing: check that its pages are not those of a calendar or of a search"
    )
    return source_issue(source, message)
