"""Identifiers, links, licences and keys: recognised, proved, and safe to publish."""

from __future__ import annotations

import unicodedata

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean.identifiers import read_agent, read_identifier
from pipeline.clean.keys import content_key, entry_key, normalise_key
from pipeline.clean.licences import is_licence, read_licence
from pipeline.clean.links import LONGEST, read_link
from pipeline.model import Agent

HOME = "https://home.example/dir/page"


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("http://Example.ORG/A b", "http://example.org/A%20b"),
        ("HTTP://example.org", "http://example.org"),
        ("<https://example.org/>", "https://example.org/"),
        ("https://example.org/a\n/b", "https://example.org/a/b"),
        ("www.example.org/x?y", "https://www.example.org/x?y"),
        ("/a", "https://home.example/a"),
        ("/a b", "https://home.example/a%20b"),
        ("a/b.pdf", "https://home.example/dir/a/b.pdf"),
        ("//other.example/x", "https://other.example/x"),
        ("http://é.example/é?q=ü#%zz", "http://é.example/é?q=ü#%25zz"),
        ("http://e\u0301.example/e\u0301", "http://é.example/é"),
        ("http://[::1]:80/a[1]", "http://[::1]:80/a%5B1%5D"),
        ("http://h.example/\u202eabc\ue000", "http://h.example/%E2%80%AEabc%EE%80%80"),
        ("http://h.example/a\\b", "http://h.example/a%5Cb"),
        ("http://h.example:/x", "http://h.example/x"),
        ("http://h.example./x", "http://h.example/x"),
        ("http://h.example/a#b#c", "http://h.example/a#b%23c"),
        ("http://h.example?x={1}|2", "http://h.example?x=%7B1%7D%7C2"),
        ("http://उदाहरण.भारत/", "http://उदाहरण.भारत/"),
        ("https://dx.doi.org/10.1000/ABC<1>", "https://doi.org/10.1000/abc%3C1%3E"),
        ("http://doi.org/10.1000%2Fx", "https://doi.org/10.1000/x"),
        ("", ""),
        ("<>", ""),
    ],
)
def test_links(text: str, iri: str) -> None:
    link = read_link(text, HOME)
    assert (link.iri, link.problem) == (iri, "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("javascript:alert(1)", "javascript: are refused"),
        (" java\nscript:alert(1)", "javascript: are refused"),
        ("data:text/html,x", "data: are refused"),
        ("file:///etc/passwd", "file: are refused"),
        ("mailto:a@b.example", "mailto: are refused"),
        ("http:x", "no host"),
        ("http://", "no host"),
        ("https:///x", "no host"),
        ("http://h.example:99999/", "no host"),
        ("http://[::g]/", "no host"),
        ("http://[::1", "no host"),
        ("http://[fe80::1%25eth0]/", "no host"),
        ("http://[v1.a:b]/", "no host"),
        ("http://a..b/", "no host"),
        ("http://-a.example/", "no host"),
        ("http://a b.example/", "no host"),
        ("http://a\u200b.example/", "no host"),
        ("http://a\ue000.example/", "no host"),
        ("http://" + "a." * 200 + "example/", "no host"),
        ("http://good.example\\@evil.example/", "no host"),
        ("see annex 3", "no link"),
        ("https://h.example/" + "a" * LONGEST, "longer than"),
    ],
)
def test_what_is_no_link_is_refused(text: str, problem: str) -> None:
    link = read_link(text, HOME)
    assert not link.iri
    assert problem in link.problem


def test_credentials_are_left_out_and_reported() -> None:
    link = read_link("http://user:secret@h.example/a")
    assert link.iri == "http://h.example/a"
    assert "password" in link.problem
    assert "secret" not in link.problem


def test_a_relative_link_needs_a_homepage() -> None:
    assert "homepage" in read_link("/a").problem
    assert not read_link("//[", HOME).iri


URL_PIECES = st.sampled_from(
    ["http://", "https://", "//", "/", "h.example", "@", ":", "#", "?", "%", "%4", "%41", "[", "]",
     "é", "e\u0301", "\u202e", " ", "\n", "<", ">", '"', "{", "\\", "^", "`", "\ud800", "\uffff",
     "10.1000/x", "doi.org", "www.", "1", "-", ".", "ﷰ", "\U000f0000", "\u2028", "x", "&", "="]
)  # fmt: skip


@given(st.one_of(st.lists(URL_PIECES, max_size=12).map("".join), st.text(max_size=40)))
@settings(max_examples=300, deadline=None)
def test_every_link_is_a_valid_http_iri_and_stays_as_it_is(text: str) -> None:
    for candidate in (text, "https://h.example/" + text):
        link = read_link(candidate, HOME)
        if link.iri:
            assert pyoxigraph.NamedNode(link.iri).value == link.iri
            assert link.iri.startswith(("http://", "https://"))
            assert not set(link.iri) & set('<>"{}|^`\\ \n')
            assert read_link(link.iri).iri == link.iri


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ISBN 978-3-16-148410-0", "urn:isbn:9783161484100"),
        ("978-3-16-148410-0", "urn:isbn:9783161484100"),
        ("ISBN-10: 0-306-40615-2 (paperback)", "urn:isbn:0306406152"),
        ("ISBN 080442957x", "urn:isbn:080442957X"),
        ("urn:ISBN:9783161484100", "urn:isbn:9783161484100"),
        ("0-306-40615-2", "0-306-40615-2"),
        ("ISSN 0378-5955", "urn:issn:0378-5955"),
        ("e-ISSN: 2434-561X", "urn:issn:2434-561X"),
        ("03785955", "urn:issn:0378-5955"),
        ("2008-2012", "2008-2012"),
        ("doi:10.1000/ABC", "https://doi.org/10.1000/abc"),
        ("10.1000/a%<b>.", "https://doi.org/10.1000/a%25%3Cb%3E"),
        ("https://doi.org/10.1000/A", "https://doi.org/10.1000/a"),
        ("hdl:10986/123", "https://hdl.handle.net/10986/123"),
        ("URN:NBN:de:101", "urn:nbn:de:101"),
        ("ark:/12345/x", "ark:/12345/x"),
        ("RP-12/2008", "RP-12/2008"),
        ("ISBN ٩٧٨٣١٦١٤٨٤١٠٠", "ISBN ٩٧٨٣١٦١٤٨٤١٠٠"),
    ],
)
def test_identifiers(text: str, value: str) -> None:
    identified = read_identifier(text)
    assert (identified.value, identified.problem) == (value, "")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ISBN 0-306-40615-3", "ISBN"),
        ("ISBN 978-3-16-148410-1", "ISBN"),
        ("ISBN 97831614841X0", "ISBN"),
        ("ISBN 978316148410X", "ISBN"),
        ("ISBN 12345678901", "ISBN"),
        ("ISSN 0378-5956", "ISSN"),
    ],
)
def test_a_wrong_check_digit_is_a_problem_and_the_value_stays(text: str, kind: str) -> None:
    identified = read_identifier(text)
    assert identified.value == text
    assert f"this {kind} is wrong" in identified.problem


def test_a_script_as_identifier_is_refused() -> None:
    assert not read_identifier("javascript:alert(1)").value


@pytest.mark.parametrize(
    ("text", "name", "iri"),
    [
        ("A. B. (https://orcid.org/0000-0002-1825-0097)", "A. B.", "https://orcid.org/0000-0002-1825-0097"),
        ("A. B., 0000-0002-1825-0097", "A. B.", "https://orcid.org/0000-0002-1825-0097"),
        ("A. B. ORCID: 0000-0002-1694-233x", "A. B.", "https://orcid.org/0000-0002-1694-233X"),
        ("Lab <https://ror.org/01ggx4157>", "Lab", "https://ror.org/01ggx4157"),
        ("ISNI: 0000 0001 2103 2683 Name", "Name", "https://isni.org/isni/0000000121032683"),
        ("Name [VIAF: 99]", "Name", "http://viaf.org/viaf/99"),
        ("http://viaf.org/viaf/99/", "http://viaf.org/viaf/99", "http://viaf.org/viaf/99"),
        ("A. B. 0000-0002-1825-0097 VIAF: 99", "A. B.", "https://orcid.org/0000-0002-1825-0097"),
        ("Grupo 2008", "Grupo 2008", ""),
        ("Plain Name", "Plain Name", ""),
    ],
)  # fmt: skip
def test_agents(text: str, name: str, iri: str) -> None:
    identified = read_agent(text)
    assert (identified.agent, identified.problem) == (Agent(name, iri), "")


@pytest.mark.parametrize(
    "text",
    [
        "A. B. (ORCID 0000-0002-1825-0098)",
        "A. B. ror.org/01ggx4158",
        "A. B. ISNI 0000000121032684",
    ],
)
def test_an_agent_with_a_wrong_check_digit_keeps_its_name_only(text: str) -> None:
    identified = read_agent(text)
    assert identified.agent == Agent("A. B.")
    assert "check digit" in identified.problem


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("cc-by-nc-sa-3.0-igo", "https://creativecommons.org/licenses/by-nc-sa/3.0/igo/"),
        (
            "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International License",
            "https://creativecommons.org/licenses/by-nc-nd/4.0/",
        ),
        (
            "Creative Commons Attribution 4.0 International (CC BY 4.0)",
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        (
            "http://creativecommons.org/licenses/by/3.0/deed.es",
            "https://creativecommons.org/licenses/by/3.0/",
        ),
        ("CC0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ("ODbL-1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
        ("https://example.org/licence", "https://example.org/licence"),
        ("CC BY", ""),
        ("CC BY 9.9", ""),
        ("All rights reserved", ""),
    ],
)
def test_licences(text: str, iri: str) -> None:
    assert read_licence(text) == iri
    assert is_licence(iri) == ("creativecommons" in iri or "opendata" in iri)


WORDS = st.text(
    st.characters(max_codepoint=0x24F, categories=["Lu", "Ll", "Nd", "Zs", "Po", "Pd"]), max_size=30
)


@given(WORDS, WORDS)
@settings(max_examples=150, deadline=None)
def test_keys_do_not_hang_on_case_accents_or_spacing(one: str, other: str) -> None:
    key = normalise_key(f"{one} {other}")
    assert normalise_key(f"  {one} \n {other}\t") == key
    assert normalise_key(unicodedata.normalize("NFD", f"{one} {other}")) == key
    assert normalise_key(key) == key
    upper = f"{one} {other}".upper()
    if "ŉ" not in one + other:  # its capital is two letters with an apostrophe
        assert normalise_key(upper) == key


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert normalise_key(normalise_key(text)) == normalise_key(text)


def test_what_keys_ignore_and_what_not() -> None:
    assert normalise_key("Over-indebtedness: Límites?") == normalise_key(
        "OVER INDEBTEDNESS limites"
    )
    assert normalise_key("Client’s ﬁle") == normalise_key("CLIENTS file")
    assert normalise_key("C++") != normalise_key("C")
    assert normalise_key("हिन्दी") != normalise_key("हन्द")
    assert normalise_key("???") == "???"


def test_key_fields_are_joined_and_links_kept_as_they_are() -> None:
    values = {"title": ["A  Título"], "type": ["Guide/Manual"], "page": ["https://h.example/A?b=C"]}
    assert entry_key(("title", "type"), values) == "a titulo\x1fguide manual"
    assert entry_key(("page",), values) == "https://h.example/A?b=C"
    assert entry_key(("title", "date"), values) == "a titulo\x1f"
    assert entry_key(("date",), values) == ""


def test_an_entry_without_key_fields_has_a_digest_of_all() -> None:
    key = content_key({"description": ["a"], "date": ["2008"], "empty": []})
    assert key.startswith("sha256:")
    assert key == content_key({"date": ["2008"], "description": ["a"]})
    assert key != content_key({"date": ["2008"], "description": ["b"]})
