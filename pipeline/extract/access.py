"""How a source's payloads are had: saved files, one address, numbered pages, or page after page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urldefrag

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.address import shown_address
from pipeline.extract.fetch import Fetcher
from pipeline.extract.http_error import HttpError
from pipeline.extract.next_page import next_answer, next_saved, place_of
from pipeline.extract.numbered_pages import check_paging, page_addresses
from pipeline.extract.payloads import (
    MOST_FILES,
    Payload,
    find_files,
    is_glob,
    read_payload,
)
from pipeline.extract.repeats import Repeats
from pipeline.extract.unread import unread
from pipeline.kinds import KINDS
from pipeline.model import Page
from pipeline.settings import Paging, Source

NO_NUMBER = frozenset({400, 404, 410, 416})
"""What servers answer for the number of a page beyond the last."""

MOST_MISSED = 3
"""Numbered pages in a row that may have nothing, if the last harvest read the one behind them."""


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

    kind = "no entries"


Read = Callable[[Payload], Iterator[Page]]
"""Takes a payload, gives its pages (several where it is large); raises `NoEntriesError`."""

NextOf = Callable[[Payload], str]
"""Gives the address of the next payload as the document writes it, or an empty text at the end."""


def read_each(source: Source, access: Access, read: Read, *, accept: str = "") -> Iterator[Page]:
    """Return the pages that `read` makes of each payload of the source, in order.

    Payloads are the saved files, the one address, or the numbered pages of `source.paging`; the
    same content is read once. Numbered pages end with one that the server does not have, that holds
    no entry or none that is new, or with `paging.last`; where one behind it gives entries it was
    not the end, and a page of the answer says so. An entry that stands on two of them is read once.
    `accept` is the Accept header for the web.

    Raises `SettingsError` or `SourceError` for a location or paging that is wrong; all else when
    the pages are taken.
    """
    if source.is_live and source.paging is not None:
        check_paging(source)
        return _read_numbered(source, source.paging, access, read, accept)
    return _read_all(source, payloads_of(source, access, accept=accept), read)


def read_following(
    source: Source, access: Access, read: Read, next_of: NextOf, *, accept: str = ""
) -> Iterator[Page]:
    """Return the pages that `read` makes of the first payload and of those that it leads to.

    `next_of` is asked once `read` has given the last page of a payload, so `read` may note the link
    down on its way. Its answer is resolved on the address of the payload (for a saved file: found
    among the saved ones) and followed on the same host only, with these ends: no link; an address
    that was read before; the same content, no entry or none that is new; a page that the server
    does not have; `MOST_FILES` pages. Each but the first two leaves an issue and is no true end
    (`Page.broken_off`): a link leads to something that was not found. An entry that stands on two
    pages is read once. Where `location` is a glob, all its files are read and none followed.

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

    def next_payload(payload: Payload, visited: set[str]) -> Payload | Page | None:
        link = next_of(payload).strip()
        if not link:
            return None
        if payload.path is not None:
            return next_saved(source, access, payload, payload.path, link, visited)
        return next_answer(source, access, payload, link, visited, accept)

    return _follow(source, payloads, read, next_payload)


def payloads_of(source: Source, access: Access, *, accept: str = "") -> Iterator[Payload]:
    """Return the saved files, or the answer to the one address.

    Raises `SettingsError` or `SourceError` for a location or paging that is wrong; all else when
    taken.
    """
    if source.is_live:
        check_paging(source)
        return (access.web.get(address, accept=accept) for address in (source.location.strip(),))
    files = find_files(source, access.folder)
    return (read_payload(source, path, access.folder, access.payloads) for path in files)


def _read_all(source: Source, payloads: Iterator[Payload], read: Read) -> Iterator[Page]:
    digests: dict[str, str] = {}
    for payload in payloads:
        if payload.digest in digests:
            message = f"{payload.name}: is the same as {digests[payload.digest]}; it was read once"
            yield unread(source, message)
            continue
        yield from read(payload)
        digests[payload.digest] = payload.name


def _read_numbered(
    source: Source, paging: Paging, access: Access, read: Read, accept: str
) -> Iterator[Page]:
    repeats, digests = Repeats(source), set[str]()
    missed: list[str] = []
    addresses = tuple(page_addresses(source.location, paging))
    for place, address in enumerate(addresses):
        problem = ""
        try:
            payload = access.web.get(address, accept=accept)
            if payload.digest in digests:
                problem = "is the same as one before it"
            else:
                yield from repeats.first_seen(payload, read(payload))
                digests.add(payload.digest)
                problem = "holds nothing that is new" if repeats.nothing_new else ""
        except HttpError as error:
            if not place or error.status not in NO_NUMBER:
                raise
            problem = f"is not there (HTTP {error.status})"
        except NoEntriesError:
            if not place:
                raise
            problem = "holds no entry"
        if not problem:
            yield from (unread(source, message) for message in missed)
            missed.clear()
            continue
        following = addresses[place + 1 : place + 2]
        if len(missed) == MOST_MISSED or not any(access.web.knows(one, accept=accept)
                                                 for one in following):  # fmt: skip
            return
        missed.append(f"{shown_address(address)}: {problem}, but pages behind it hold entries")
    if len(addresses) == MOST_FILES:
        yield _endless(source)
    elif not source.complete:
        yield Page((), broken_off=f"the last page was that of 'paging.last' ({paging.last})")


def _follow(
    source: Source,
    payloads: Iterator[Payload],
    read: Read,
    next_payload: Callable[[Payload, set[str]], Payload | Page | None],
) -> Iterator[Page]:
    payload = next(payloads)
    repeats, names = Repeats(source), dict[str, str]()
    visited = {urldefrag(source.location.strip()).url, place_of(payload)}
    while True:
        if payload.digest in names:
            end = f"is the same as {names[payload.digest]}; it was read once"
            yield unread(source, f"{payload.name}: {end}")
            return
        try:
            yield from repeats.first_seen(payload, read(payload))
        except NoEntriesError as error:
            if not names or payload.path is not None:
                raise
            yield unread(source, f"{error}; reading ended here", severity="info")
            return
        names[payload.digest] = payload.name
        if repeats.nothing_new:
            message = (
                f"{payload.name}: holds only entries that were read before; reading ended here"
            )
            yield unread(source, message, severity="info")
            return
        if len(names) == MOST_FILES:
            yield _endless(source)
            return
        following = next_payload(payload, visited)
        if isinstance(following, Page):
            yield following
        if not isinstance(following, Payload):
            return
        payload = following


def _endless(source: Source) -> Page:
    message = (
        f"{MOST_FILES:,} pages were read and no end was found, so reading stops here; expected a "
        "listing: check that its pages are not those of a calendar or of a search"
    )
    return unread(source, message)
