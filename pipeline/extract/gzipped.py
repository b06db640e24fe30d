"""Gzip archives: unpacked within a limit, whatever their length field says."""

from __future__ import annotations

import zlib

from pipeline.errors import SourceError
from pipeline.extract.payloads import LARGEST_PAYLOAD

SIGNATURE = b"\x1f\x8b"
WINDOW = 31  # zlib: a gzip header and the largest window


def gunzipped(data: bytes, where: str, *, largest: int = LARGEST_PAYLOAD) -> bytes:
    """Return what `data` holds if it is a gzip archive (RFC 1952), else `data` itself.

    Several members are joined; what follows the last is ignored. Raises `SourceError` for an
    archive that is damaged, or holds more than `largest` bytes.
    """
    if not data.startswith(SIGNATURE):
        return data
    parts: list[bytes] = []
    size = 0
    while data.startswith(SIGNATURE):
        unpacking = zlib.decompressobj(WINDOW)
        try:
            part = unpacking.decompress(data, largest - size + 1)
        except zlib.error as error:
            raise SourceError(
                f"is a damaged gzip archive: {error}", where=where, expected="a whole archive",
                next_step="download it again",
            ) from error  # fmt: skip
        size += len(part)
        if size > largest:
            raise SourceError(
                f"unpacks to more than {largest // 1_000_000} MB", where=where,
                expected="a listing in several files",
                next_step="split it into several files",
            )  # fmt: skip
        if not unpacking.eof:
            raise SourceError(
                "is a gzip archive without its end", where=where, expected="a whole archive",
                next_step="download it again",
            )  # fmt: skip
        parts.append(part)
        data = unpacking.unused_data
    return b"".join(parts)
