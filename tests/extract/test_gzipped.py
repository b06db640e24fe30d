"""Gzip archives, whole and broken."""

from __future__ import annotations

import gzip

import pytest

from pipeline.errors import SourceError
from pipeline.extract.gzipped import gunzipped

PACKED = gzip.compress(b"one", mtime=0)


def test_archives_are_unpacked_and_all_else_is_as_it_was() -> None:
    assert gunzipped(PACKED, "a.gz") == b"one"
    assert gunzipped(PACKED + PACKED + b"\0\0", "a.gz") == b"oneone"
    assert gunzipped(b"text", "a") == b"text"
    assert gunzipped(b"", "a") == b""


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (PACKED[:-4], "a.gz: is a gzip archive without its end"),
        (PACKED[:2] + b"\xff" + PACKED[3:], "a.gz: is a damaged gzip archive"),
        (PACKED[:-8] + b"\0" * 8, "a.gz: is a damaged gzip archive"),
    ],
)
def test_broken_archives(data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        gunzipped(data, "a.gz")


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"\0" * 1_000_000, mtime=0)
    assert len(bomb) < 2_000
    assert len(gunzipped(bomb, "a.gz", largest=1_000_000)) == 1_000_000
    with pytest.raises(SourceError, match="unpacks to more than 0 MB"):
        gunzipped(bomb, "a.gz", largest=999_999)
    with pytest.raises(SourceError, match="unpacks to more than 1 MB"):
        gunzipped(bomb + bomb, "a.gz", largest=1_999_999)
