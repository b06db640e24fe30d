"""Content codings: taken off layer by layer, truncation noticed, no piece too large."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator

import brotli  # type: ignore[import-untyped]
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.content_coding import MOST_CODINGS, PIECE, CodingError, decoded


def bare_deflate(data: bytes) -> bytes:
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(data) + stream.flush()


ENCODERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZIP", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "bare": ("deflate", bare_deflate),
    "br": ("br", lambda data: bytes(brotli.compress(data, quality=3))),
    "zstd": ("zstd", zstd.compress),
}
EACH = pytest.mark.parametrize("name", ENCODERS)


def split(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def decode(data: bytes, declared: str, size: int = 1000) -> bytes:
    return b"".join(decoded(split(data, size), declared))


@EACH
@given(st.binary(max_size=3000), st.integers(1, 500))
def test_what_was_encoded_comes_back(name: str, data: bytes, size: int) -> None:
    declared, encode = ENCODERS[name]
    assert decode(encode(data), declared, size) == data


@EACH
@given(st.binary(min_size=1, max_size=300), st.data())
def test_what_breaks_off_is_noticed(name: str, data: bytes, draw: st.DataObject) -> None:
    declared, encode = ENCODERS[name]
    whole = encode(data)
    cut = draw.draw(st.integers(1, len(whole) - 1))
    with pytest.raises(CodingError):
        decode(whole[:cut], declared)


@EACH
def test_a_bomb_comes_in_small_pieces(name: str) -> None:
    declared, encode = ENCODERS[name]
    sizes = [len(piece) for piece in decoded(iter([encode(bytes(5_000_000))]), declared)]
    assert sum(sizes) == 5_000_000
    assert max(sizes) <= 2 * PIECE


@EACH
def test_what_is_not_encoded_is_noticed(name: str) -> None:
    declared, _ = ENCODERS[name]
    with pytest.raises(CodingError):
        decode(b"<p>A page that is not compressed at all.</p>" * 3, declared)


@EACH
def test_an_empty_body_is_empty(name: str) -> None:
    assert list(decoded(iter([]), ENCODERS[name][0])) == []


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_members_and_frames_follow_one_another(size: int) -> None:
    assert decode(gzip.compress(b"one") + gzip.compress(b"two"), "gzip", size) == b"onetwo"
    assert decode(zstd.compress(b"one") + zstd.compress(b"two"), "zstd", size) == b"onetwo"


@pytest.mark.parametrize("size", [1, 7, 10_000])
@pytest.mark.parametrize("padding", [b"\0", b"\0" * 100, b"\r\n", b"junk and more junk"])
def test_padding_behind_the_last_member_is_let_be(padding: bytes, size: int) -> None:
    assert decode(gzip.compress(b"one") + padding, "gzip", size) == b"one"


def test_a_further_member_that_breaks_off_is_noticed() -> None:
    further = gzip.compress(b"two" * 1000, compresslevel=0)
    with pytest.raises(CodingError, match="breaks off in the middle of its gzip"):
        decode(gzip.compress(b"one") + further[:2000], "gzip")


@pytest.mark.parametrize("declared", ["", "identity", "none", "utf-8", "compress", "gzipp"])
def test_what_is_no_coding_is_let_be(declared: str) -> None:
    assert decode(b"page", declared) == b"page"


def test_each_declared_layer_is_taken_off_and_no_more() -> None:
    once = gzip.compress(b"page")
    twice = gzip.compress(once)
    assert decode(twice, "gzip, gzip") == b"page"
    assert decode(twice, "gzip") == once
    assert decode(zstd.compress(gzip.compress(b"page")), " gzip ,ZSTD") == b"page"


def test_more_layers_than_make_sense_are_refused() -> None:
    layers = ",".join(["gzip"] * (MOST_CODINGS + 1))
    with pytest.raises(CodingError, match="is compressed 4 times over"):
        decode(b"page", layers)


def test_damage_is_noticed() -> None:
    data = bytearray(gzip.compress(bytes(range(256)) * 10))
    data[-6] ^= 0xFF
    with pytest.raises(CodingError, match="is declared as gzip but is not, or is damaged"):
        decode(bytes(data), "gzip")


def test_a_window_that_would_fill_the_memory_is_refused() -> None:
    def frame(window_log: int) -> bytes:
        stream = zstd.ZstdCompressor(
            options={int(zstd.CompressionParameter.window_log): window_log}
        )
        return stream.compress(b"page") + stream.flush()

    assert decode(frame(23), "zstd") == b"page"
    with pytest.raises(CodingError, match="is declared as zstd but is not, or is damaged"):
        decode(frame(27), "zstd")
