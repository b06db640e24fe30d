"""What the report's pages are made of: markup, differences, charts."""

from __future__ import annotations

import re
from typing import Any

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.publish.charts import MOST_COLUMNS, Bar, bar_chart, column_chart
from pipeline.publish.differences import MOST_WORDS, differences
from pipeline.publish.markup import Markup, element, escape
from pipeline.publish.report_changes import rule_name


def _fragment(page: str) -> Any:
    return lxml.html.fragment_fromstring(page)


@settings(max_examples=150)
@given(st.text(st.characters() | st.sampled_from("<>&\"'\0\x85\u202e\ud800")))
def test_any_text_comes_back_from_html(text: str) -> None:
    made = element("p", text, title=text or "x")
    node = _fragment(made)
    plain = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "�", text)
    shown = node.text_content().replace("\r", "\n")
    expected = re.sub("[\ufdd0-\ufdef\ufffe\uffff\u202a-\u202e\u2066-\u2069]", "�", plain)
    assert shown == expected.replace("\r\n", "\n").replace("\r", "\n") or "\r" in text


def test_markup_is_not_escaped_twice_and_text_always() -> None:
    assert escape(element("b", "&")) == "<b>&amp;</b>"
    assert element("i", Markup("<b>") + "<x>") == "<i>&lt;b&gt;&lt;x&gt;</i>"  # joined text is text
    assert element("br", class_="") == "<br>"
    assert element("rect", stroke_width=1) == '<rect stroke-width="1"/>'


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ("text.markup", "markup removed"),
        ("text.unheard-of", "text tidied (unheard-of)"),
        ("another.rule", "another.rule"),
        ("", ""),
    ],
)
def test_rules_have_names(rule: str, name: str) -> None:
    assert rule_name(rule) == name


@settings(max_examples=100)
@given(st.text("ab <>&\n", max_size=40), st.text("ab <>&\n", max_size=40))
def test_differences_hold_both_texts(before: str, after: str) -> None:
    old, new = differences(before, after)
    for made, text in ((old, before), (new, after)):
        assert _fragment(f"<p>{made}</p>").text_content() == text


def test_differences_leave_out_what_stayed() -> None:
    same = "word " * 50
    for before, after in (
        (f"{same}x", f"{same}y"),
        (f"x {same}", f"y {same}"),
        (f"x {same}z", f"y {same}q"),
    ):
        old, _ = differences(before, after)
        assert old.count("…") == 1
        assert len(old) < len(before) + 60
    assert differences("a " * MOST_WORDS, "b")[1] == "<ins>b</ins>"
    assert differences("same", "same") == ("same", "same")


def test_charts_without_values_are_nothing() -> None:
    assert bar_chart("a", "A", []) == column_chart("a", "A", []) == ""


def test_bars_are_as_long_as_their_values() -> None:
    chart = _fragment(bar_chart("a", "A", [Bar("x", 4), Bar("y", 1, "pt")]))
    assert chart.xpath("//rect[@class='bar']/@width") == ["100.00%", "25.00%"]
    assert chart.xpath("//desc/text()") == ["x: 4; y: 1"]
    assert chart.xpath("//text[@lang='pt']/text()") == ["y"]
    assert column_chart("a", "A", [Bar("2008", 0)]).count("<rect") == 1


def test_neighbouring_columns_are_joined() -> None:
    years = [Bar(str(year), 1) for year in range(1900, 2021)]
    chart = _fragment(column_chart("a", "A", years))
    assert len(chart.xpath("//rect")) <= MOST_COLUMNS
    assert chart.xpath("//g/title/text()")[0] == "1900–1903: 4"
    assert chart.xpath("//g/title/text()")[-1] == "2020: 1"
