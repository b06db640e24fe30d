"""Microdata: items, references, and pages that would cost too much."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extract.embedded_error import UnreadableError
from pipeline.extract.embedded_microdata import DEEPEST, Item, items_of, microdata_graph
from pipeline.extract.embedded_page import read_page
from pipeline.extract.rdf_graph import TYPE

HERE = "https://a.example/1"


def read(body: str) -> list[Item]:
    return items_of(read_page(f"<html><body>{body}</body></html>", "page", HERE)[0])


def test_items_of_nothing() -> None:
    assert read('<p itemprop="name">x</p>') == []


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ('<meta itemprop="p" content="v">', "v"),
        ('<img itemprop="p" src=" /v.png ">', "https://a.example/v.png"),
        ('<a itemprop="p" href="v">text</a>', "https://a.example/v"),
        ('<a itemprop="p">text</a>', HERE),
        ('<object itemprop="p" data="/v"></object>', "https://a.example/v"),
        ('<data itemprop="p" value="7">seven</data>', "7"),
        ('<time itemprop="p" datetime="2008">then</time>', "2008"),
        ('<time itemprop="p">2008</time>', "2008"),
        ('<span itemprop="p" content="v">text</span>', "v"),
        ('<p itemprop="p"> a <b>b</b><script>c</script><br>d</p>', "a b\nd"),
        ('<!-- c --><p itemprop="p">a<!-- c --></p>', "a"),
        ('<p itemprop="p"></p>', ""),
    ],
)
def test_values(element: str, value: str) -> None:
    assert read(f"<div itemscope>{element}</div>") == [{"properties": {"p": value}}]


def test_items_in_items_and_beside_them() -> None:
    body = """
    <div itemscope itemtype="http://s.example/A http://s.example/B" itemid="/a">
      <div itemprop="x y" itemscope><b itemprop="z">1</b></div>
      <div itemscope itemtype="http://s.example/C"><b itemprop="z">2</b><b itemprop="z">3</b></div>
    </div>
    <div itemprop="stray" itemscope><b itemprop="z">4</b></div>"""
    assert read(body) == [
        {"type": ["http://s.example/A", "http://s.example/B"], "id": "/a",
         "properties": {"x": {"properties": {"z": "1"}}, "y": {"properties": {"z": "1"}}}},
        {"type": "http://s.example/C", "properties": {"z": ["2", "3"]}},
        {"properties": {"z": "4"}},
    ]  # fmt: skip


def test_references() -> None:
    body = """
    <div itemscope itemref="a b gone self" id="self"></div>
    <p id="a" itemprop="x">1</p><div id="b"><i itemprop="y">2</i></div>"""
    assert read(body) == [{"properties": {"x": "1", "y": "2"}}]


def test_what_is_referred_to_and_inside_counts_once() -> None:
    body = '<div itemscope itemref="a a"><p id="a"><i itemprop="x">1</i></p></div>'
    assert read(body) == [{"properties": {"x": "1"}}]


def test_an_item_that_holds_itself_ends() -> None:
    body = '<p itemscope id="a" itemref="b"></p><p id="b"><i itemprop="x" itemscope itemref="a">'
    assert read(body) == [{"properties": {"x": {"value": ""}}}]


def test_the_graph() -> None:
    body = """
    <div itemscope itemtype="schema.org/Book" itemid="/b">
      <i itemprop="author" itemscope><b itemprop="name">N</b></i>
      <i itemprop="http://purl.org/dc/terms/title">T</i>
      <a itemprop="about" itemscope itemid="/t" itemtype="https://schema.org/Thing">Topic</a>
    </div>
    <div itemscope><i itemprop="name">no vocabulary</i></div>"""
    graph = microdata_graph(read(body), HERE)
    about = graph.statements["https://a.example/b"]
    assert [term.value for term in about[TYPE]] == ["http://schema.org/Book"]
    assert [term.value for term in about["http://purl.org/dc/terms/title"]] == ["T"]
    (author,) = about["http://schema.org/author"]
    assert graph.values(author.value, "http://schema.org/name")[0].value == "N"
    assert graph.values("https://a.example/t", "http://schema.org/name")[0].value == HERE
    assert graph.statements["_:2"] == {}


def test_depth_is_bounded() -> None:
    body = '<div itemprop="x" itemscope itemtype="http://s.example/A">' * (2 * DEEPEST)
    depth, item = 0, read(body)[0]
    while isinstance(inner := item.get("properties"), dict):
        item, depth = inner["x"], depth + 1
    assert depth == DEEPEST


@pytest.mark.parametrize(
    "body",
    [
        "<div itemscope>" + "<div itemprop='a'>" * 200 + "word " * 200_000,
        "<p itemscope itemref='z'></p>" * 300 + "<p id='z'>" + "<i itemprop='a'>x</i>" * 4_000,
    ],
)
def test_too_much_is_refused(body: str) -> None:
    with pytest.raises(UnreadableError, match="has too much microdata"):
        read(body)


PIECES = st.lists(
    st.sampled_from(
        ['<div itemscope itemprop="a" id="i">', '<div itemscope itemref="i j">', "</div>", "<p>",
         '<b itemprop="a b" id="j">', "</b>", "text", '<a itemprop="c" href="//[x">',
         '<i itemtype="x:y" itemscope itemid=" ">']
    ),
    max_size=20,
).map("".join)  # fmt: skip


@given(PIECES)
def test_no_page_breaks_it(body: str) -> None:
    microdata_graph(read(body), HERE)
