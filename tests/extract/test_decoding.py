"""Strict UTF-8, then the declared encoding, then a flagged guess; and what is no text."""

from __future__ import annotations

import codecs

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.decoding import Decoded, canonical, decode
from pipeline.settings import Source

SPANISH = "<p>Gestión de cobranza: la nota señala qué prácticas son aceptables</p>"


def read(data: bytes, source: Source, *, encoding: str = "", markup: bool = True) -> Decoded:
    return decode(data, msgspec.structs.replace(source, encoding=encoding), "p.html", markup=markup)


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE,
                                  codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE])  # fmt: skip
def test_byte_order_marks_decide(mark: bytes, html_source: Source) -> None:
    names = {
        codecs.BOM_UTF8: "utf-8",
        codecs.BOM_UTF16_LE: "utf-16-le",
        codecs.BOM_UTF16_BE: "utf-16-be",
        codecs.BOM_UTF32_LE: "utf-32-le",
        codecs.BOM_UTF32_BE: "utf-32-be",
    }
    decoded = read(mark + SPANISH.encode(names[mark]), html_source)
    assert decoded == Decoded(SPANISH, names[mark])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("start", ["<?xml version='1.0' encoding='utf-16'?>", "<!doctype html>",
                                   "<rss>"])  # fmt: skip
def test_markup_shows_its_encoding_by_its_first_bytes(
    encoding: str, start: str, html_source: Source
) -> None:
    text = start + SPANISH
    assert read(text.encode(encoding), html_source) == Decoded(text, encoding)
    with pytest.raises(SourceError, match="is not text: it holds NUL bytes"):
        read(text.encode(encoding), html_source, markup=False)
    assert read(text.encode(encoding), html_source, encoding=encoding).encoding == encoding


def test_first_bytes_of_a_wide_encoding_and_then_another(html_source: Source) -> None:
    for data in ("<a>".encode("utf-16-be") + b"\0", "<a>\0".encode("utf-16-le"), b"\0<\0a\xd8\0"):
        with pytest.raises(SourceError, match="is not text"):
            read(data, html_source)


def test_utf8_wins_over_a_wrong_declaration_and_says_so(html_source: Source) -> None:
    page = '<meta charset="iso-8859-1">' + SPANISH
    decoded = read(page.encode(), html_source)
    assert decoded.text == page
    (issue,) = decoded.issues
    assert issue.severity == "warning"
    assert issue.identifier == ""
    assert "iso8859-1" in issue.message
    assert "UTF-8" in issue.message


def test_a_wrong_setting_is_named_as_such(html_source: Source) -> None:
    (issue,) = read(SPANISH.encode(), html_source, encoding="windows-1252").issues
    assert "key 'encoding'" in issue.message


def test_ascii_disagrees_with_nothing(html_source: Source) -> None:
    assert read(b'<meta charset="koi8-r">x', html_source).issues == ()


@pytest.mark.parametrize(
    ("encoding", "declaration"),
    [
        ("windows-1252", '<meta charset="windows-1252">'),
        ("windows-1252", '<META HTTP-EQUIV=x content="text/html; charset=ISO-8859-1">'),
        ("iso-8859-15", '<?xml version="1.0" encoding="iso-8859-15"?>'),
        ("gb18030", "<meta charset='gb2312'>"),
    ],
)
def test_the_page_declares_its_encoding(
    encoding: str, declaration: str, html_source: Source
) -> None:
    text = declaration + ("<p>绿色金融</p>" if encoding == "gb18030" else SPANISH)
    decoded = read(text.encode(encoding), html_source)
    assert decoded.text == text
    assert decoded.issues == ()


def test_a_text_declares_nothing_inside(html_source: Source) -> None:
    data = ('<meta charset="iso-8859-7">' + SPANISH).encode("cp1252")
    decoded = read(data, html_source, markup=False)
    assert "Gestión" in decoded.text
    assert len(decoded.issues) == 1


def test_the_setting_comes_before_the_page(html_source: Source) -> None:
    text = '<meta charset="iso-8859-7">' + SPANISH
    assert read(text.encode("cp1252"), html_source, encoding="windows-1252").text == text


def test_a_declaration_that_does_not_fit_is_reported(html_source: Source) -> None:
    data = "grün, naïve".encode("cp1252") + b"\x81"
    decoded = read(data, html_source, encoding="shift_jis")
    assert [issue.severity for issue in decoded.issues] == ["warning", "warning"]
    assert "cp932" in decoded.issues[0].message or "shift_jis" in decoded.issues[0].message


@pytest.mark.parametrize(
    ("language", "encoding", "text"),
    [("es", "cp1252", SPANISH), ("pl", "cp1250", "zażółć gęślą jaźń"), ("ru", "cp1251", "деньги")],
)
def test_the_guess_follows_the_first_language_and_is_flagged(
    language: str, encoding: str, text: str, html_source: Source
) -> None:
    source = msgspec.structs.replace(html_source, languages=(language,))
    decoded = read(text.encode(encoding), source)
    assert decoded.text == text
    assert decoded.encoding == encoding
    assert "guess" in decoded.issues[0].message


def test_bytes_that_no_charset_defines_are_still_read(html_source: Source) -> None:
    assert read(b"caf\xe9 \x81", html_source).encoding == "iso8859-1"


def test_utf8_with_one_broken_byte_stays_utf8(html_source: Source) -> None:
    data = (SPANISH * 5).encode() + b"\xff"
    decoded = read(data, html_source)
    assert decoded.text == SPANISH * 5 + "\ufffd"
    assert "1 places are not UTF-8" in decoded.issues[0].message


def test_escape_sequences_of_iso_2022_are_read(html_source: Source) -> None:
    assert read("金融".encode("iso-2022-jp"), html_source, encoding="iso-2022-jp").text == "金融"


def test_utf16_without_a_mark_needs_the_setting(html_source: Source) -> None:
    data = SPANISH.encode("utf-16-le")
    assert read(data, html_source, encoding="utf-16").text == SPANISH
    with pytest.raises(SourceError, match="utf-16-le"):
        read(data, html_source, markup=False)
    with pytest.raises(SourceError, match="not text"):
        read(data + b"x", html_source, encoding="utf-16le")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.7 abc", "a PDF"),
        (b"PK\x03\x04abc", "ZIP"),
        (b"\x1f\x8babc", "gzip"),
        (b"{\\rtf1 abc", "RTF"),
        (b"From: <Saved by Blink>", "MHTML"),
        (b"abc\0def", "NUL"),
        (b"abc\x01\x02\x03def", "control characters"),
        (codecs.BOM_UTF16_LE + "a\0".encode("utf-16-le"), "NUL"),
    ],
)
def test_binary_is_not_text(data: bytes, kind: str, html_source: Source) -> None:
    with pytest.raises(SourceError, match="is not text") as caught:
        read(data, html_source)
    assert kind in str(caught.value)
    assert caught.value.where == "p.html"
    assert caught.value.next_step


def test_a_mark_that_lies_is_passed_over(html_source: Source) -> None:
    assert "é" in read(codecs.BOM_UTF16_LE + b"caf\xe9s", html_source).text


@pytest.mark.parametrize("name", ["latin-7x", "rot13", "hex", "punycode", "unicode_escape", "a\0"])
def test_an_unknown_encoding_is_a_mistake_in_the_settings(name: str, html_source: Source) -> None:
    assert canonical(name) == ""
    with pytest.raises(SettingsError, match="key 'encoding'"):
        read(b"abc", html_source, encoding=name)


def test_the_nearest_encoding_is_named(html_source: Source) -> None:
    with pytest.raises(SettingsError, match=r"did you mean 'windows-1252'"):
        read(b"abc", html_source, encoding="windws-1252")


SOURCE = Source(kind="html-listing", location="x", languages=("en",), name="demo")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60))
def test_every_text_in_utf8_is_read_as_it_is(text: str) -> None:
    decoded = decode(b"x" + text.encode(), SOURCE, "p", markup=True)
    assert decoded.text == "x" + text


@given(st.binary(max_size=80), st.sampled_from(["", "utf-8", "cp1250", "utf-16", "gb18030"]))
def test_any_bytes_are_text_or_a_source_error(data: bytes, encoding: str) -> None:
    try:
        decoded = read(data, SOURCE, encoding=encoding)
    except SourceError:
        return
    assert "\0" not in decoded.text
    decoded.text.encode("utf-8")
