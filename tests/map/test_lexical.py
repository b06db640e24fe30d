"""IRIs, language tags and escapes: what we let through, a strict parser takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.map.lexical import (
    MEMO_LIMIT,
    PLAIN_IRI,
    Memo,
    canonical,
    iri_fault,
    language_tag,
    without_surrogates,
)
from pipeline.model import Agent

LEGAL = [
    "https://example.org",
    "https://example.org/",
    "http://user:pass@example.org:8080/a;b=c/d,e?f=[".replace("[", "g") + "#h",
    "https://ejemplo.org/año/ñ?q=ü#é",
    "https://example.org/%C3%B1",
    "https://[2001:db8::1]:80/a",
    "urn:isbn:9780306406157",
    "mailto:someone@example.org",
    "https://example.org/a?x=\ue000",
    "info:doi/10.1000/182",
    "file:///a/b",
]
ILLEGAL = [
    "",
    "example.org",
    "//example.org/a",
    "/a",
    "https://example.org/a b",
    "https://example.org/a\u00a0b",
    "https://example.org/a\u202eb",
    "https://example.org/<b>",
    'https://example.org/"',
    "https://example.org/a\\b",
    "https://example.org/a|b",
    "https://example.org/{a}",
    "https://example.org/a^b`",
    "https://example.org/%zz",
    "https://example.org/%a",
    "https://example.org/[a]",
    "https://example.org/a#b#c",
    "https://example.org:port/",
    "https://[::g]/",
    "https://[2001:db8::1/",
    "https://example.org/\ue000",
    "https://example.org/\ud800",
    "https://example.org/\ufffe",
    "1http://example.org/",
    "_:blank",
    "https://example.org/a\n",
    "https://example.org/> <x> <y> .",
]


@pytest.mark.parametrize("value", LEGAL)
def test_legal_iris(value: str) -> None:
    assert iri_fault(value) == ""


@pytest.mark.parametrize("value", ILLEGAL)
def test_illegal_iris(value: str) -> None:
    assert iri_fault(value)


def test_an_iri_that_json_ld_would_expand_is_refused() -> None:
    assert "'dcterms:'" in iri_fault("dcterms:title", {"dcterms"})
    assert iri_fault("dcterms://title", {"dcterms"}) == ""


@given(
    st.one_of(
        st.text(),
        st.text("ab:/?#[]@%2F.é \u00a0\U0001f600", max_size=12).map("http:".__add__),
        st.text("abc0129.:", max_size=12).map(lambda text: f"http://[{text}]/"),
    )
)
def test_what_we_call_an_iri_pyoxigraph_takes(value: str) -> None:
    import pyoxigraph

    if iri_fault(value):
        assert not PLAIN_IRI.fullmatch(value)
    else:
        line = f"<{value}> <{value}> <{value}> .\n".encode()
        assert len(list(pyoxigraph.parse(line, format=pyoxigraph.RdfFormat.N_TRIPLES))) == 1


TAGS = {
    "es": True,
    "pt-BR": True,
    "zh-Hant-TW": True,
    "sl-rozaj-biske-1994": True,
    "en-a-bbb-x-a-ccc": True,
    "x-own": True,
    "i-klingon": True,
    "zh-min-nan": True,
    "": False,
    "a": False,
    "es_MX": False,
    "es-": False,
    "-es": False,
    "en-a": False,
    "ſk": False,
    "es\n": False,
    "de-419-DE": False,
    "abcdefghi": False,
}


@pytest.mark.parametrize(("tag", "legal"), TAGS.items())
def test_language_tags(tag: str, legal: bool) -> None:
    assert language_tag(tag) == (tag if legal else "")


@given(st.from_regex(r"\A[a-zA-Z]{1,9}(-[a-zA-Z0-9]{1,9}){0,4}\Z") | st.text(max_size=5))
def test_what_we_call_a_tag_pyoxigraph_takes(tag: str) -> None:
    import pyoxigraph

    try:
        pyoxigraph.Literal("text", language=tag)
    except ValueError:
        assert language_tag(tag) == ""
    else:
        assert language_tag(tag) == tag


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escapes_are_those_of_canonical_n_triples(text: str) -> None:
    import orjson
    import pyoxigraph

    assert canonical(orjson.dumps(text)).decode() == str(pyoxigraph.Literal(text))


def test_the_memo_is_bounded() -> None:
    asked = []

    def make(key: int) -> int:
        asked.append(key)
        return key + 1

    memo = Memo(make)
    assert [memo[1], memo[1]] == [2, 2]
    assert asked == [1]
    for key in range(MEMO_LIMIT + 1):
        assert memo[key] == key + 1
    assert len(memo) <= MEMO_LIMIT


def test_lone_surrogates_become_the_replacement_character() -> None:
    value = {"a\ud800": (Agent("b\udfff", "c"), 1)}
    assert without_surrogates(value) == {"a\ufffd": (Agent("b\ufffd", "c"), 1)}
