"""`wordpress`: the REST API of a WordPress site, and saved exports (WXR) or answers of the API."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import Access, NoEntriesError, read_each
from pipeline.extract.decoding import decode
from pipeline.extract.fetch import HttpError
from pipeline.extract.http_error import NotKeptError
from pipeline.extract.json_paths import json_fields
from pipeline.extract.payloads import MOST_FILES, Payload, shown
from pipeline.extract.repeats import Repeats
from pipeline.extract.unread import unread
from pipeline.extract.wordpress_api import (
    JSON,
    Api,
    closed,
    find_api,
    read_items,
    types_of,
)
from pipeline.extract.wordpress_reader import Reader
from pipeline.extract.wxr import read_wxr
from pipeline.kinds import WordpressSettings
from pipeline.model import Locator, Page
from pipeline.settings import Source, nearest

PAGE = {
    "per_page": "100",  # the most that WordPress gives
    "orderby": "id",  # what is published while pages are read comes last, and shifts no page
    "order": "asc",
    "_embed": "author,wp:term,wp:featuredmedia",
}
PLAIN_PAGE = {"_embed": "1"}
"""Asked instead where a type refuses the other parameters."""

INVALID = 400  # rest_post_invalid_page_number, rest_invalid_param
NOT_THERE = 404  # rest_no_route
CLOSED = frozenset({401, 403})


def pages(source: Source, access: Access) -> Iterator[Page]:
    """Return the pages of a `wordpress` source; see `pipeline.extract.pages`."""
    settings = source.wordpress or WordpressSettings()
    if not settings.types:
        raise SettingsError(
            "key 'wordpress.types': is empty", where=source.file or source.name,
            expected='the types of posts to be read, such as ["posts", "pages"]',
        )  # fmt: skip
    if source.paging is not None:
        raise SettingsError(
            "key 'paging': WordPress says itself how many pages there are",
            where=source.file or source.name, expected="no [paging] for this kind",
            next_step="remove it",
        )  # fmt: skip
    reader = Reader(source, settings, json_fields(settings.fields, source, "wordpress"))
    if source.is_live:
        return _live(reader, access)
    return read_each(source, access, lambda payload: _saved(reader, payload))


def _saved(reader: Reader, payload: Payload) -> Iterator[Page]:
    source = reader.source
    decoded = decode(payload.data, source, payload.name, markup=True, charset=payload.charset)
    text = decoded.text.lstrip("\ufeff \t\r\n")
    if text.startswith(("[", "{")):
        items = read_items(payload, source)
        if not items:
            raise _no_items(payload.name)
        found: Iterator[Page] = iter((reader.page(items, payload, None),))
    else:
        place = Locator(payload.digest, payload.name, "")
        found = read_wxr(text, reader, place)
    issues = decoded.issues
    for page in found:
        yield msgspec.structs.replace(page, issues=issues + page.issues)
        issues = ()


def _live(reader: Reader, access: Access) -> Iterator[Page]:
    source = reader.source
    api = find_api(source, access)
    total, found = 0, 0
    routes = [api.route] if api.route else [api.type_route(name) for name in reader.settings.types]
    for route in routes:
        declared = None
        for page in _collection(reader, access, api, route):
            declared = page.declared_total if declared is None else declared
            found += len(page.records)
            known = None if declared is None else total + declared
            yield msgspec.structs.replace(page, declared_total=known)
        total += declared or 0
    if not found:
        raise _no_items(source.location.strip())


def _collection(reader: Reader, access: Access, api: Api, route: str) -> Iterator[Page]:
    """Yield the pages of one collection until the number that WordPress gives, or an empty one."""
    source = reader.source
    repeats = Repeats(source)
    payload, route, query = _first(reader, access, api, route)
    last: int | None = None
    for number in range(2, MOST_FILES + 2):
        items = read_items(payload, source)
        told = _number(payload, "x-wp-totalpages")
        last = last if told is None else told
        if not items:
            if last is not None and last >= number - 1:
                yield unread(source, f"{payload.name}: holds no item, {_of_pages(last)}")
            return
        total = _number(payload, "x-wp-total")
        yield from repeats.first_seen(payload, iter((reader.page(items, payload, total),)))
        if repeats.nothing_new and last != 1:
            message = f"{payload.name}: holds only items that were read before; reading ended here"
            yield unread(source, message)
            return
        if last is not None and number > last:
            return
        address = api.address(route, {**query, "page": str(number)})
        try:
            payload = access.web.get(address, accept=JSON)
        except HttpError as error:
            if error.status != INVALID:
                raise
            if last is not None:
                yield unread(source, f"{error.where}: is not there (HTTP 400), {_of_pages(last)}")
            return  # beyond the last page
    message = f"{route}: {MOST_FILES:,} pages were read and no end was found, so reading stops here"
    yield unread(source, message)


def _of_pages(last: int) -> str:
    return f"though WordPress says that there are {last:,} pages; reading ended here"


def _first(
    reader: Reader, access: Access, api: Api, route: str
) -> tuple[Payload, str, dict[str, str]]:
    """Return the first page of a collection, its route, and how its pages are asked for."""
    own = {name for name, _ in api.query}
    query = {name: value for name, value in PAGE.items() if name not in own}
    address = api.address(route, {**query, "page": "1"})
    try:
        return access.web.get(address, accept=JSON), route, query
    except HttpError as error:
        if isinstance(error, NotKeptError):
            raise
        if error.status == INVALID:
            plain = api.address(route, {**PLAIN_PAGE, "page": "1"})
            return access.web.get(plain, accept=JSON), route, PLAIN_PAGE
        if error.status in CLOSED:
            what = f"is closed to visitors (HTTP {error.status})"
            raise closed(what, error.where, reader.source) from error
        if error.status != NOT_THERE:
            raise
        known = _by_its_other_name(reader, access, api, route, error)
    return access.web.get(api.address(known, {**query, "page": "1"}), accept=JSON), known, query


def _by_its_other_name(
    reader: Reader, access: Access, api: Api, route: str, error: HttpError
) -> str:
    """Return the route of a type that people know by its slug (`report`: `reports`).

    Raises `SourceError` where the site has neither the type nor an API.
    """
    source = reader.source
    name = route.rpartition("/")[2]
    try:
        types = types_of(api, source, access)
    except SourceError:
        types = {}
    if not types:
        raise closed("is not there, or switched off (HTTP 404)", error.where, source) from error
    if types.get(name, name) != name:
        return api.type_route(types[name])
    key = "location" if api.route else "wordpress.types"
    bases = list(dict.fromkeys(types.values()))
    raise SourceError(
        f"key '{key}': the site has no type {shown(name)!r}{nearest(name, bases)}",
        where=source.file or source.name,
        expected=f"one of {', '.join(shown(base) for base in bases[:20])}",
        next_step="correct it; the site's own types are those that its operator lets the API show",
    ) from error


def _number(payload: Payload, header: str) -> int | None:
    value = payload.headers.get(header, "").strip()
    most = 9
    return int(value) if value.isascii() and value.isdigit() and len(value) <= most else None


def _no_items(where: str) -> NoEntriesError:
    return NoEntriesError(
        "the REST API of WordPress gives no items", where=where,
        expected="at least one published item",
        next_step="check 'wordpress.types', and the parameters in 'location'",
    )  # fmt: skip
