"""Content codings of HTTP (RFC 9110, section 8.4): decoded piece by piece, within bounds.

Each declared layer is taken off, never more: what is compressed by itself stays so. No step holds
more than a window of a decoder and one piece, however much a bomb would unfold into.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

PIECE = 65_536
"""Bytes that a decoder gives at a time."""

MOST_CODINGS = 3
"""Layers. Two are a proxy's mistake; more are an attack."""

LARGEST_WINDOW = 23
"""Power of two: 8 MB, what RFC 9659 allows for zstd on the web. Bigger ones are taken from us."""

ACCEPTED = "gzip, deflate, br, zstd"


class CodingError(Exception):
    """The body is not what its Content-Encoding says, or breaks off."""


def decoded(pieces: Iterable[bytes], declared: str) -> Iterator[bytes]:
    """Yield the body that `pieces` hold, the codings that `declared` names taken off.

    `declared` is the Content-Encoding; names that are no codings (`utf-8`, `none`) are let be.
    An empty body stays empty. Raises `CodingError`.
    """
    pieces = iter(pieces)
    first = next(pieces, b"")
    if not first:
        return
    pieces = chain((first,), pieces)
    names = [name.strip().lower() for name in declared.split(",")]
    codings = [CODINGS[name] for name in reversed(names) if name in CODINGS]
    if len(codings) > MOST_CODINGS:
        raise CodingError(f"is compressed {len(codings)} times over")
    for coding in codings:
        pieces = coding(pieces)
    yield from pieces


def _gunzip(pieces: Iterable[bytes]) -> Iterator[bytes]:
    return _inflate(pieces, "gzip", 16 + zlib.MAX_WBITS)


def _deflate(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Take off `deflate`, which is zlib's format, though some servers send the bare stream."""
    rest = iter(pieces)
    head = b""
    for piece in rest:
        head += piece
        if len(head) > 1:
            break
    wrapped = (
        len(head) > 1 and head[0] & 0x0F == zlib.DEFLATED and int.from_bytes(head[:2]) % 31 == 0
    )

    return _inflate(chain((head,), rest), "deflate", zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)


def _inflate(pieces: Iterable[bytes], name: str, window: int) -> Iterator[bytes]:
    """Take off zlib's compression; what follows a whole member and is none itself is padding."""
    stream = zlib.decompressobj(window)
    further = gave = False
    for piece in pieces:
        left = piece
        while left:
            if stream.eof:
                stream = zlib.decompressobj(window)
                further, gave = True, False
            try:
                found = stream.decompress(left, PIECE)
            except zlib.error:
                if further and not gave:
                    return
                raise CodingError(f"is declared as {name} but is not, or is damaged") from None
            if found:
                gave = True
                yield found
            left = stream.unused_data if stream.eof else stream.unconsumed_tail
    rest = stream.flush()
    if rest:
        yield rest
    if not stream.eof and (gave or not further):
        raise CodingError(f"breaks off in the middle of its {name}")


def _brotli(pieces: Iterable[bytes]) -> Iterator[bytes]:
    import brotli  # type: ignore[import-untyped]

    stream = brotli.Decompressor()
    for piece in pieces:
        left = piece
        while not stream.is_finished():
            try:
                found = stream.process(left, output_buffer_limit=PIECE)
            except brotli.error:
                raise CodingError("is declared as br but is not, or is damaged") from None
            left = b""
            if found:
                yield found
            elif stream.can_accept_more_data():
                break
    if not stream.is_finished():
        raise CodingError("breaks off in the middle of its br")


def _zstd(pieces: Iterable[bytes]) -> Iterator[bytes]:
    from backports import zstd

    options = {int(zstd.DecompressionParameter.window_log_max): LARGEST_WINDOW}
    stream = zstd.ZstdDecompressor(options=options)
    for piece in pieces:
        left = piece
        while left or not (stream.needs_input or stream.eof):
            if stream.eof:
                stream = zstd.ZstdDecompressor(options=options)
            try:
                found = stream.decompress(left, PIECE)
            except zstd.ZstdError:
                raise CodingError("is declared as zstd but is not, or is damaged") from None
            left = stream.unused_data if stream.eof else b""
            if found:
                yield found
    if not stream.eof:
        raise CodingError("breaks off in the middle of its zstd")


CODINGS: dict[str, Callable[[Iterable[bytes]], Iterator[bytes]]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
