"""Addresses: made normal, shown without secrets."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract.address import (
    leads_to,
    normal_address,
    origin,
    shown_address,
    with_parameter,
    without_parameter,
)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("http://example.org", "http://example.org/"),
        ("  HTTPS://Example.ORG/A?b#c\n", "https://example.org/A?b"),
        ("http://example.org/a b/ü?q=ä&r=%C3%A4", "http://example.org/a%20b/%C3%BC?q=%C3%A4&r=%C3%A4"),
        ("http://straße.example/", "http://xn--strae-oqa.example/"),
        ("http://例え.テスト/", "http://xn--r8jz45g.xn--zckzah/"),
        ("http://user:word@example.org/", "http://example.org/"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
        ("http://example.org/%2e%2e/a/./b/../c", "http://example.org/a/c"),
        ("http://example.org/100%", "http://example.org/100%25"),
        ("http://example.org/?a={b}|c", "http://example.org/?a=%7Bb%7D%7Cc"),
    ],
)  # fmt: skip
def test_addresses_are_made_normal(given_: str, expected: str) -> None:
    assert normal_address(given_) == expected
    assert normal_address(expected) == expected


@pytest.mark.parametrize(
    "wrong",
    ["", "example.org", "/a", "//example.org/", "mailto:a@b.example", "javascript:alert(1)",
     "http://", "http:///a", "http://*.example/", "http://a b.example/", "http://a.example:x/",
     "http://a.example:99999/", "http://[::1", "http://a.example/\x7f", "http://a.example/\u0085",
     "http://" + "ü" * 80 + ".example/"],
)  # fmt: skip
def test_what_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(SourceError) as caught:
        normal_address(wrong)
    assert "expected an address such as https://example.org" in str(caught.value)


@given(st.text(max_size=60), st.sampled_from(["http://", "https://a.example/", "", "http://a@"]))
def test_an_address_is_normal_or_refused(text: str, before: str) -> None:
    try:
        address = normal_address(before + text)
    except SourceError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert urlsplit(address).scheme in {"http", "https"}
    assert urlsplit(address).hostname
    assert "@" not in urlsplit(address).netloc
    assert normal_address(address) == address


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_link_is_joined_or_refused(base: str, link: str) -> None:
    try:
        leads_to(f"http://a.example/{base}", link)
    except ValueError:
        return


@pytest.mark.parametrize(
    "address",
    ["http://me:word@a.example/", "http://me:wo/word@a.example/x", "HTTPS://word@a.example",
     "//me:word@a.example:99999999/", "http://me:word@[::1"],
)  # fmt: skip
def test_a_password_is_not_shown(address: str) -> None:
    assert "word" not in shown_address(address)


@pytest.mark.parametrize(
    "address", ["http://a.example/@me", "http://a.example:80/@me?x=a@b", "http://[::1]:80/@"]
)
def test_an_at_sign_in_a_path_is(address: str) -> None:
    assert shown_address(address) == address


def test_a_port_that_is_the_usual_one_makes_no_other_origin() -> None:
    assert origin("http://a.example/") == origin("http://a.example:80/x") == "http://a.example:80"
    assert origin("https://a.example/") != origin("http://a.example/")


@given(st.lists(st.sampled_from(["a=1", "b", "key=2", "k%65y=3", "=", ""])))
def test_a_parameter_comes_and_goes(query: list[str]) -> None:
    address = "http://a.example/?" + "&".join(query)
    bare = without_parameter(address, "key")
    assert "key" not in bare
    assert "k%65y" not in bare
    assert without_parameter(with_parameter(bare, "key=x"), "key") == bare
