"""XML as hostile as it may be."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract import xml_document
from pipeline.extract.xml_document import (
    NotWellFormedError,
    parse_utf8,
    parse_xml,
    refuse_entities,
)

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]><a>&l9;</a>'
FILE = '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]><a>&f;</a>'


@pytest.mark.parametrize("document", [BOMB, FILE], ids=["bomb", "file"])
@pytest.mark.parametrize(
    "before",
    ["", '<?xml version="1.0"?>', "\ufeff", "<!-- <a> -->\n<?pi <!-- ?>", "\n \t"],
    ids=["bare", "declaration", "mark", "comment", "space"],
)
def test_entities_are_refused_wherever_they_may_be_declared(before: str, document: str) -> None:
    with pytest.raises(SourceError, match=r"page\.xml: declares XML entities") as caught:
        parse_utf8((before + document).encode().lstrip(), "page.xml")
    assert not isinstance(caught.value, NotWellFormedError)


def test_what_a_text_quotes_declares_nothing() -> None:
    quoted = f"<a><!-- {FILE} --><![CDATA[{FILE}]]></a>"
    assert parse_xml(quoted, "page.xml").text == FILE


def test_a_document_type_without_entities_is_read_and_never_fetched() -> None:
    root = parse_xml('<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a b="c">d</a>', "page.xml")
    assert (root.text, root.get("b")) == ("d", "c")


def test_unclosed_prologs_take_no_time() -> None:
    started = time.process_time()
    for start in (b"<!--", b"<?", b"<?x?>", b" ", b"<!-- -->"):
        with pytest.raises(SourceError):
            parse_utf8(start * (1_900_000 // len(start)), "page.xml")
    assert time.process_time() - started < 2


def test_the_declared_encoding_does_not_count() -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'
    assert parse_xml(text, "page.xml").text == "é"
    assert parse_utf8(text.encode(), "page.xml").text == "é"


@pytest.mark.parametrize("data", [b"<a>\xff</a>", b"<a>\xc0\x80</a>", b"<a>\xed\xa0\x80</a>"])
def test_bytes_that_are_not_utf8_are_no_document(data: bytes) -> None:
    with pytest.raises(NotWellFormedError, match=r"page\.xml"):
        parse_utf8(data, "page.xml")


def test_comments_and_instructions_leave_no_trace() -> None:
    root = parse_xml("<a>b<!-- c -->d<?e?>f</a>", "page.xml")
    assert (len(root), root.text) == (0, "bdf")


def test_the_message_names_the_page_what_it_begins_with_and_what_was_expected() -> None:
    with pytest.raises(NotWellFormedError) as caught:
        parse_xml("<html><p>Error 500", "https://example.org/oai", expected="a feed")
    assert caught.value.where == "https://example.org/oai"
    assert "it begins '<html><p>Error 500'" in caught.value.what
    assert caught.value.expected == "a feed"


@pytest.mark.parametrize("piece", ["<a/>", "<a b='' c=''/>"], ids=["tags", "attributes"])
def test_a_tree_that_would_fill_the_memory_is_refused(piece: str) -> None:
    document = f"<r>{piece * 1_000_001}</r>"
    with pytest.raises(SourceError, match="more than a million") as caught:
        parse_xml(document, "page.xml")
    assert not isinstance(caught.value, NotWellFormedError)


def test_a_large_document_of_few_tags_is_read() -> None:
    text = "a" * xml_document.HARMLESS
    assert parse_xml(f"<r>{text}</r>", "page.xml").text == text


def test_entities_outside_of_xml_are_refused_anywhere() -> None:
    with pytest.raises(SourceError, match="entities"):
        refuse_entities("<rss><!entity a 'b'></rss>", "feed.xml")
    refuse_entities("<rss>&lt;!ENTITY</rss>", "feed.xml")


@given(st.text(max_size=60))
def test_nothing_but_a_source_error_is_raised(text: str) -> None:
    for document in (text, f"<a>{text}</a>", f"<!DOCTYPE {text}>"):
        where = ""
        try:
            parse_xml(document, "page.xml")
        except SourceError as error:
            where = error.where
        assert where in {"", "page.xml"}
