"""What was read before: the same content again, and entries that moved on to a further page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import msgspec

from pipeline.extract.payloads import Payload, source_issue
from pipeline.model import Page, SourceRecord
from pipeline.settings import Source

DIGEST_BYTES = 8
"""Of a record's digest: two of a million records agree by chance once in forty million harvests."""


class Repeats:
    """Remembers the records of one harvest by a digest of what they hold.

    A listing that gains an entry while it is paged shows the last entry of a page again on the
    next one. Entries that stand twice on one page are left as they are.
    """

    def __init__(self, source: Source) -> None:
        """Start with nothing read."""
        self.source = source
        self.nothing_new = False
        self._digests: set[int] = set()

    def first_seen(self, payload: Payload, pages: Iterator[Page]) -> Iterator[Page]:
        """Yield the `pages` of `payload` without the records that earlier payloads gave.

        Afterwards `nothing_new` says whether it gave records and all of them were known; then
        nothing was yielded.
        """
        here: set[int] = set()
        repeated = 0
        for page in pages:
            digests = [digest_of(record) for record in page.records]
            fresh = tuple(
                record
                for record, digest in zip(page.records, digests, strict=True)
                if digest not in self._digests
            )
            repeated += len(page.records) - len(fresh)
            here.update(digests)
            if fresh or not page.records or page.broken_off:
                yield msgspec.structs.replace(page, records=fresh)
        self.nothing_new = len(here) > 0 and here <= self._digests
        if repeated and not self.nothing_new:
            message = (
                f"{payload.name}: {repeated} of its entries stood on an earlier page too and were "
                "read once; the listing may have changed while it was read"
            )
            yield Page((), (source_issue(self.source, message, severity="info"),))
        self._digests |= here


def digest_of(record: SourceRecord) -> int:
    """Return a number that is the same for records that hold the same, wherever they stood."""
    held = msgspec.msgpack.encode((record.key, record.fields, record.languages))
    return int.from_bytes(hashlib.blake2b(held, digest_size=DIGEST_BYTES).digest())
