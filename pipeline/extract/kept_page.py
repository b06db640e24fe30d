"""What is kept of a page that was read: its payload in the store, its line in the journal."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from pipeline.extract.address import utf8_header
from pipeline.extract.credentials import Secrets
from pipeline.extract.journal import Read
from pipeline.extract.payloads import Payload, shown

KEPT_HEADERS = (
    "content-type", "etag", "last-modified", "link", "x-wp-total", "x-wp-totalpages",
    "x-sparql-maxrows", "x-sql-state", "x-sql-message",
)  # fmt: skip
"""Those that sources use; nothing else of an answer's head is kept."""

LONGEST_HEADER = 8_192
LONGEST_MARK = 1_024
"""Characters of an ETag or Last-Modified that are worth sending back."""

BLOCK = 1_048_576
CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._:+-]{1,40})", re.IGNORECASE)
MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")


def page_read(
    key: str, url: str, digest: str, when: float, head: Mapping[str, str], secrets: Secrets
) -> Read:
    """Return what the journal says of an answer with these headers (names in lower case)."""
    headers = {
        name: shown(secrets.hide(utf8_header(head[name])), LONGEST_HEADER)
        for name in KEPT_HEADERS
        if name in head
    }
    kind = headers.get("content-type", "")
    charset = CHARSET.search(kind)
    media_type = MEDIA_TYPE.fullmatch(kind.partition(";")[0].strip().lower())
    return Read(
        key,
        url,
        digest,
        when,
        media_type=media_type.group() if media_type else "",
        charset=charset.group(1) if charset else "",
        headers=headers,
        etag=_mark(head.get("etag", ""), secrets),
        last_modified=_mark(head.get("last-modified", ""), secrets),
    )


def renewed(known: Read, confirmed: Read) -> Read:
    """Return what is known of a page, with what a 304 says anew (RFC 9111, section 4.3.4)."""
    return msgspec.structs.replace(
        known,
        when=confirmed.when,
        headers={**known.headers, **_without_type(confirmed.headers)},
        etag=confirmed.etag or known.etag,
        last_modified=confirmed.last_modified or known.last_modified,
    )


def condition_of(known: Read) -> dict[str, str]:
    """Return the headers of a request that is answered in full only where the page has changed."""
    condition = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in condition.items() if value}


def payload_of(name: str, data: bytes, page: Read) -> Payload:
    """Return a page as sources take it."""
    return Payload(
        name,
        data,
        page.digest,
        url=page.url,
        media_type=page.media_type,
        charset=page.charset,
        headers=page.headers,
    )


def is_stored(payloads: Path, digest: str) -> bool:
    """Say whether the store has a payload, whole and undamaged."""
    found = hashlib.sha256()
    try:
        with (payloads / digest).open("rb") as file:
            while block := file.read(BLOCK):
                found.update(block)
    except (OSError, ValueError):
        return False
    return found.hexdigest() == digest


def read_stored(payloads: Path, name: str, page: Read | None) -> Payload | None:
    """Return a page out of the store; None where it is not there whole, or `page` is None."""
    if page is None:
        return None
    try:
        data = (payloads / page.digest).read_bytes()
    except (OSError, ValueError):
        return None
    if hashlib.sha256(data).hexdigest() != page.digest:
        return None
    return payload_of(name, data, page)


def _without_type(headers: dict[str, str]) -> dict[str, str]:
    """Return headers without Content-Type: a 304 has none, or one of no body."""
    return {name: value for name, value in headers.items() if name != "content-type"}


def _mark(value: str, secrets: Secrets) -> str:
    fit = value.isascii() and value.isprintable() and len(value) <= LONGEST_MARK
    return value.strip() if fit and secrets.hide(value) == value else ""
