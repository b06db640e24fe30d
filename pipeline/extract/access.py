"""How a source's payloads are had: saved files, one address, or numbered pages of the web."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.fetch import Fetcher, HttpError
from pipeline.extract.payloads import MOST_FILES, Payload, find_files, read_payload, source_issue
from pipeline.model import Page
from pipeline.settings import Paging, Source

NO_PAGE = frozenset({400, 404, 410, 416})
"""What servers answer for a page beyond the last."""


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


def read_each(source: Source, access: Access, read: Read, *, accept: str = "") -> Iterator[Page]:
    """Return the pages that `read` makes of each payload of the source, in order.

    Payloads are the saved files, the one address, or the numbered pages of `source.paging`; the
    same content is read once. `accept` is the Accept header for the web.
    """
    return _read_each(source, payloads_of(source, access, accept=accept), read)


def _read_each(source: Source, payloads: Iterator[Payload], read: Read) -> Iterator[Page]:
    digests: dict[str, str] = {}
    for payload in payloads:
        if payload.digest in digests:
            message = f"{payload.name}: is the same as {digests[payload.digest]}; it was read once"
            yield Page((), (source_issue(source, message),))
            if source.paging:
                return
            continue
        try:
            yield from read(payload)
        except NoEntriesError:
            if source.paging and digests:
                return
            raise
        digests[payload.digest] = payload.name


def payloads_of(source: Source, access: Access, *, accept: str = "") -> Iterator[Payload]:
    """Return the saved files, the one address, or page after page for as long as they are taken.

    Raises `SettingsError` or `SourceError` for a location that is wrong; all else when taken.
    """
    if source.is_live:
        return _answers(source, access, accept)
    files = find_files(source, access.folder)
    return (read_payload(source, path, access.folder, access.payloads) for path in files)


def _answers(source: Source, access: Access, accept: str) -> Iterator[Payload]:
    paging = source.paging
    if paging is None:
        yield access.web.get(source.location.strip(), accept=accept)
        return
    for place in range(MOST_FILES):
        number = paging.first + place * paging.step
        if paging.last and number > paging.last:
            return
        try:
            yield access.web.get(page_address(source, paging, number), accept=accept)
        except HttpError as error:
            if place and error.status in NO_PAGE:
                return
            raise


def page_address(source: Source, paging: Paging, number: int) -> str:
    """Return the address of the page `number`."""
    location = source.location.strip()
    if "{page}" in location:
        return location.replace("{page}", str(number))
    parts = urlsplit(location)
    query = [pair for pair in parse_qsl(parts.query, True) if pair[0] != paging.parameter]
    return urlunsplit(parts._replace(query=urlencode([*query, (paging.parameter, str(number))])))
