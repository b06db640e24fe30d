"""feedparser's own feeds on encodings: we read what they are expected to say.

Each file states in a comment what feedparser is to make of it (`Expect:`) and with which
Content-Type it is served (`Header:`).
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.extract.decoding import canonical, decode
from pipeline.extract.entry_texts import cut_feed
from pipeline.extract.feed_parser import parse_rest
from pipeline.settings import Source
from tests.extract.feeds import FEED, records

FOLDER = Path(__file__).parents[3] / "shared" / "samples" / "feeds" / "encodings"
FILES = sorted(FOLDER.glob("*.xml")) if FOLDER.is_dir() else []

EXPECT = re.compile(r"Expect:\s*(.+)")
CHARSET = re.compile(r"Header:\s*Content-type:[^\n]*?charset\s*=\s*['\"]?([\w.-]+)", re.IGNORECASE)
ENCODING = re.compile(r"\bencoding == '([\w-]+)'")
VALUE = re.compile(r"entries\[0\](?:\['description'\]|\.summary) == ('(?:[^'\\]|\\.)*')")
CODE = re.compile(r"ord\(entries\[0\]\['description'\]\) == (\d+)")
TITLE = re.compile(r"feed\['title'\] == ('(?:[^'\\]|\\.)*')")

GUESSED_OTHERWISE = "bozo_linenoise.xml"
"""Bytes of no encoding: feedparser ends at ISO-8859-2, we at what the source's language says."""


class Sample:
    """One of the files: its text as we decode it, its Content-Type's charset, what is expected."""

    def __init__(self, path: Path) -> None:
        self.data = path.read_bytes()
        ascii_only = self.data.replace(b"\0", b"").decode("ascii", "replace")
        charset = CHARSET.search(ascii_only)
        self.charset = charset.group(1) if charset else ""
        decoded = decode(self.data, FEED, path.name, markup=True, charset=self.charset)
        self.text, self.encoding = decoded.text, decoded.encoding
        found = EXPECT.search(self.text)
        assert found, path
        self.expected = found.group(1)

    def values(self, source: Source = FEED) -> Iterator[str]:
        for one in records(self.data, charset=self.charset, source=source):
            yield from one.fields.get("description", ())


@pytest.mark.skipif(not FILES, reason="the samples are not part of the project")
def test_there_are_as_many_as_documented() -> None:
    assert len(FILES) == 82
    samples = [Sample(path).expected for path in FILES]
    assert sum(bool(ENCODING.search(one)) for one in samples) == 62
    assert sum(bool(VALUE.search(one) or CODE.search(one)) for one in samples) == 10
    assert sum(bool(TITLE.search(one)) for one in samples) == 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_encoding_is_the_expected_one(path: Path) -> None:
    sample = Sample(path)
    expected = ENCODING.search(sample.expected)
    if expected is None:
        assert "\ufffd" not in sample.text or "�" in path.read_text("utf-8", "replace")
        return
    name = canonical(expected.group(1))
    assert sample.text == sample.data.decode(name).lstrip("\ufeff")
    if sample.encoding != "ascii":  # what is ASCII reads the same in any of them
        assert sample.encoding == name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_values_are_the_expected_ones(path: Path) -> None:
    sample = Sample(path)
    if path.name == GUESSED_OTHERWISE:
        return
    if expected := VALUE.search(sample.expected):
        (value,) = sample.values()
        assert html.unescape(value) == html.unescape(ast.literal_eval(expected.group(1)))
    if code := CODE.search(sample.expected):
        (value,) = sample.values()
        assert value == chr(int(code.group(1)))
    if title := TITLE.search(sample.expected):
        rest = parse_rest(cut_feed(sample.text), path.name)
        assert rest.values["title"] == ast.literal_eval(title.group(1))


@pytest.mark.skipif(not FILES, reason="the samples are not part of the project")
def test_what_is_guessed_otherwise() -> None:
    sample = Sample(FOLDER / GUESSED_OTHERWISE)
    expected = VALUE.search(sample.expected)
    assert expected
    (value,) = sample.values()
    meant = ast.literal_eval(expected.group(1))
    differences = [pair for pair in zip(value.replace("<>", ""), meant, strict=True)
                   if pair[0] != pair[1]]  # fmt: skip
    assert differences == [("©", "Š")]  # the one letter in which the two guesses differ
