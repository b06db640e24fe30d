"""MARC-8 and UTF-8, and records that are not what they say; pymarc is the oracle where it holds."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymarc import marc8_to_unicode
from pymarc.marc8_mapping import CODESETS

from pipeline.extract.marc_characters import from_marc8, reading_of

ANSEL_LETTERS = [
    code for code, (_, is_mark) in CODESETS[0x45].items() if not is_mark and code > 0xA0
]
# The halves of marks over two letters are left to the sample; they are written otherwise by pymarc.
ANSEL_MARKS = [code for code, (_, is_mark) in CODESETS[0x45].items()
               if is_mark and code not in {0xEB, 0xEC, 0xFA, 0xFB}]  # fmt: skip
UNIT = st.builds(
    lambda marks, letter: bytes([*marks, letter]),
    st.lists(st.sampled_from(ANSEL_MARKS), max_size=2),
    st.sampled_from([*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B), *ANSEL_LETTERS]),
)


@given(st.lists(UNIT).map(b"".join))
def test_marc8_is_what_pymarc_reads(data: bytes) -> None:
    text, _ = from_marc8(data)
    assert text == marc8_to_unicode(data, hide_utf8_warnings=True)


@given(st.binary(max_size=60))
def test_no_bytes_break_it(data: bytes) -> None:
    text, odd = from_marc8(data)
    assert unicodedata.is_normalized("NFC", text)
    assert odd >= 0
    reading = reading_of(data, says_unicode=False)
    assert isinstance(reading.text(data), str)
    assert isinstance(reading_of(data, says_unicode=True).text(data), str)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", ""),
        (b"caf\xe2e", "café"),
        (b"\xebi\xeca", "i\u0361a"),  # one mark over both letters
        (b"\x88Die \x89Stadt", "\x98Die \x9cStadt"),
        (b"\x1b$1!04!BX\x1b(B.", "中文."),  # EACC, and back to ASCII
        (b"\x1b$,1!0d !04\x1bs", "人 中"),
        (b"\x1b(N`ABC\x1b(B!", "\u042e\u0430\u0431\u0446!"),  # Cyrillic
        (b"\x1b)N\xc1\xc2 x", "\u0430\u0431 x"),  # Cyrillic in the upper half
        (b"\x1b-!E\xe2a", "\u00e1"),  # ANSEL, whose name has two bytes
        (b"H\x1bb2\x1bsO", "H\u2082O"),  # subscript
        (b"\xe2a&#x4E2D;&#x110000;&#xD800;", "á\u4e2d&#x110000;&#xD800;"),
        (b"\xe2a\tb\x01c", "á bc"),
    ],
)
def test_marc8(data: bytes, text: str) -> None:
    assert from_marc8(data) == (unicodedata.normalize("NFC", text), 0)


@pytest.mark.parametrize(
    ("data", "text", "odd"),
    [
        (b"caf\xe9", "caf\u030c", 1),  # a mark without a letter: Latin-1
        (b"a\xffb", "a\ufffdb", 1),
        (b"a\x1bZb", "aZb", 1),  # no such set
        (b"a\x1b", "a", 1),
        (b"a\x1b$", "a$", 1),
        (b"\x1b$1!0", "\ufffd", 1),  # half a character
        (b"x\xe2,", "x,\u0301", 1),
    ],
)
def test_what_is_no_marc8_is_counted(data: bytes, text: str, odd: int) -> None:
    assert from_marc8(data) == (unicodedata.normalize("NFC", text), odd)


@pytest.mark.parametrize(
    ("data", "says_unicode", "encoding", "problem"),
    [
        (b"plain", True, "ascii", ""),
        (b"plain", False, "ascii", ""),
        ("Perú".encode(), True, "utf-8", ""),
        ("Perú".encode(), False, "utf-8", "say MARC-8"),
        (b"Per\xe2u\x1eN\xe2u", False, "marc-8", ""),
        (b"Per\xe2u\x1fN\xe2u", True, "marc-8", "say UTF-8"),
        (b"\x1b$1!0d\x1b(B", True, "marc-8", "say UTF-8"),
        (b"\x1b$1!0d\x1b(B", False, "marc-8", ""),
        ("é".encode() * 20 + b"\xff", True, "utf-8", "not UTF-8"),
        (b"\xe2a" * 20 + b"\xff", False, "marc-8", "do not fit MARC-8"),
        ("información práctica: guía del niño".encode("latin-1"), False, "cp1252", "neither"),
        ("Über die Entwicklung größerer Städte".encode("latin-1"), True, "cp1252", "neither"),
        (b"caf\xe9 \x81", False, "cp1252", "neither"),
    ],
)
def test_encoding_of_a_record(data: bytes, says_unicode: bool, encoding: str, problem: str) -> None:
    reading = reading_of(data, says_unicode=says_unicode)
    assert reading.encoding == encoding
    assert problem in reading.problem
    assert bool(reading.problem) == bool(problem)


def test_the_guess_is_windows_1252() -> None:
    reading = reading_of(b"caf\xe9 \x81", says_unicode=False)
    assert reading.text(b"\x93caf\xe9\x94") == "“café”"
    assert reading.text(b"\x81") == "\x81"


def test_a_configured_encoding_counts_before_the_leader_but_not_before_utf8() -> None:
    latin = reading_of(b"Per\xfa", says_unicode=True, configured="iso8859-1")
    assert (latin.text(b"Per\xfa"), latin.problem) == ("Perú", "")
    unicode = reading_of("Perú".encode(), says_unicode=False, configured="iso8859-1")
    assert (unicode.encoding, unicode.problem) == ("utf-8", "")


def test_utf8_with_an_escape_is_utf8_where_the_leader_says_so() -> None:
    assert reading_of("Perú \x1b(B".encode(), says_unicode=True).encoding == "utf-8"
    assert reading_of("Perú \x1b(B".encode(), says_unicode=False).encoding != "utf-8"


def test_marc8_and_utf8_sample_agree(shared: Path) -> None:
    """The same 8 records in both encodings: 568 subfields, each the same text in NFC."""
    folder = shared / "samples" / "marc"
    pairs = 0
    eight = (folder / "brkrtest.mrc").read_bytes().split(b"\x1d")
    unicode = (folder / "brkrtest_UTF8.mrc").read_bytes().split(b"\x1d")
    for one, other in zip(eight, unicode, strict=True):
        fields = zip(one.split(b"\x1e")[1:], other.split(b"\x1e")[1:], strict=True)
        for left, right in fields:
            for value, expected in zip(left.split(b"\x1f"), right.split(b"\x1f"), strict=True):
                text = unicodedata.normalize("NFC", expected.decode("utf-8"))
                assert from_marc8(value) == (text, 0)
                pairs += 1
    assert pairs == 568
