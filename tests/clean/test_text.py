"""Text: markup and entities go, Unicode is made fit to publish, the source's words stay."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.clean.text import ENTITY, INVISIBLE, LONGEST, TAG, normalise, plain, visible

PIECES = st.sampled_from(
    [
        *("a", "é", "e\u0301", " ", "  ", "\n", "\n\n", "\r\n", "\x85", "\u2028", "\u2029", "\xa0"),
        *("\xad", "\u200b", "\u200c", "\u200d", "\u202e", "\u2066", "\u2069", "\u200f", "\ufeff"),
        *("\x00", "\x1b", "\x1c", "\x92", "\ufdd0", "\uffff", "\U0001ffff", "\ud800", "\udc00"),
        *("م", "क", "्", "א", "👩", "<", ">", "&", "b", "/", "<b>", "</p>", "<br/>", "ﬁ", "가"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=30).map("".join), st.text(max_size=60))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Fin&eacute; &amp;eacute; &#233; &#xE9; &#146;", "Finé é é é ’"),
        ("R&amp;D at AT&T: a < b, a&parameter=1", "R&D at AT&T: a < b, a&parameter=1"),
        ("x<b and c>d, 1<2>0, <b", "x<b and c>d, 1<2>0, <b"),
        ("&lt;p class='x'&gt;One&lt;/p&gt; two", "One two"),
        ("One<br />two<!-- three --> <em>four</em>s", "One two fours"),
        ("&nosuchthing; &#xD800;", "&nosuchthing; \ufffd"),
        ("<script>alert('x')</script>Title", "Title"),
        ("<<b>b>Title", "Title"),
        ("half \ud83d\ude00 a pair \ud800", "half 😀 a pair"),
        ("nul\x00l", "null"),
    ],
)
def test_stray_markup_goes_and_everything_else_stays(raw: str, expected: str) -> None:
    assert normalise(plain(raw, markup=False)) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<p>One<br>two</p><p>Three</p>", "One two\n\nThree"),
        ("<ul><li>a<li>b</ul>tail", "a\n\nb\n\ntail"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("<style>p{}</style><script>if(a<b)x()</script><p>Seen</p>", "Seen"),
        ("<p>wor<b>d</b>s\n  in lines</p>", "words in lines"),
        ("a &lt; b &amp;eacute;", "a < b é"),
        ("no markup", "no markup"),
        ("<!-- nothing -->", ""),
        ("<div>" * 3000 + "deep" + "</div>" * 3000, "deep"),
    ],
)
def test_html_becomes_what_a_reader_sees(raw: str, expected: str) -> None:
    assert normalise(plain(raw, markup=True), paragraphs=True) == expected


def test_no_entity_from_outside_is_read() -> None:
    raw = '<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]><p>before &e; after</p>'
    assert "root:" not in plain(raw, markup=True)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("poli\xad\ntica", "politica"),
        ("poli\xadtica", "politica"),
        (" a\u2028b\u3000c\xa0d\x85e ", "a b c d e"),
        ("e\u0301", "é"),
        ("e\u200b\u0301", "é"),
        ("\ufeffTitle\x07\x9d", "Title"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष क्\u200d", "क्\u200dष क्\u200d"),
        ("👨\u200d👩", "👨\u200d👩"),
        ("ab\u200cc \u200d", "abc"),
        ("\u202egnihtemos\u202c", "gnihtemos"),
        ("א \u2067ב\u2069 \u200fג", "א \u2067ב\u2069 \u200fג"),
        ("א \u2067ב", "א ב"),
        ("א ב\u2069", "א ב"),
        ("א \u202eב\u202c", "א ב"),
        ("damage \ufffd stays", "damage \ufffd stays"),
        ("sain\u180e ᠠ\u180eᠠ", "sain ᠠ\u180eᠠ"),
    ],
)
def test_invisible_characters(raw: str, expected: str) -> None:
    assert normalise(raw) == expected


@pytest.mark.parametrize("end", ["\n\n", "\r\n \r\n", "\n \n\t\n", "\u2029"])
def test_only_descriptions_keep_paragraphs(end: str) -> None:
    assert normalise(f" One\ntwo{end}three ", paragraphs=True) == "One two\n\nthree"
    assert normalise(f" One\ntwo{end}three ") == "One two three"


@given(TEXTS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_normalised_text_is_nfc_without_controls_and_stays_as_it_is(
    raw: str, paragraphs: bool
) -> None:
    text = normalise(raw, paragraphs=paragraphs)
    assert unicodedata.is_normalized("NFC", text)
    assert not INVISIBLE.search(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cs"} for c in text.replace("\n\n", ""))
    assert text == text.strip()
    assert paragraphs or "\n" not in text
    assert normalise(text, paragraphs=paragraphs) == text


@given(TEXTS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_plain_text_can_be_encoded_and_stays_as_it_is(raw: str, markup: bool) -> None:
    text = plain(raw, markup=markup)
    text.encode()
    assume(not ENTITY.search(text))
    assert "\x00" not in text
    assert not TAG.search(text)
    assert plain(text, markup=False) == text


@given(st.text(alphabet=st.characters(exclude_categories=["C", "Z", "M"], exclude_characters="&<")))
@settings(max_examples=50, deadline=None)
def test_no_letter_of_clean_text_is_lost(word: str) -> None:
    assert plain(word, markup=False) == word
    assert normalise(word) == unicodedata.normalize("NFC", word).strip()


def test_visible_makes_white_space_alike() -> None:
    assert visible("\n a\xa0\tb ") == "a b"


@pytest.mark.parametrize(
    "hostile",
    ["<!--", "<p ", "<a b=", "<script>", "&", "<p a='", "<", "</p>", "&lt;", "\n \n", "\xad "],
)
@pytest.mark.parametrize("markup", [False, True])
def test_hostile_text_takes_no_long_time(hostile: str, markup: bool) -> None:
    text = (hostile * LONGEST)[:LONGEST]
    start = time.process_time()
    normalise(plain(text, markup=markup), paragraphs=True)
    assert time.process_time() - start < 2
