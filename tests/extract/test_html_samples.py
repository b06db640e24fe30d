"""Real listings: what selectors read there agrees with the JSON-LD of the same pages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.extract import pages
from pipeline.extract.access import Access
from pipeline.kinds import HtmlSettings
from pipeline.model import Page
from pipeline.settings import Source


@pytest.fixture
def samples(shared: Path) -> Path:
    return shared / "samples" / "html" / "embedded_metadata" / "songkick"


def read(file: Path, payloads: Path, homepage: str, html: HtmlSettings) -> Page:
    """Read one saved page, which is all of its source."""
    source = Source(kind="html-listing", location=file.name.replace("[", "?"), languages=("en",),
                    name="sample", homepage=homepage, html=html)  # fmt: skip
    (page,) = (page for page in pages(source, Access(file.parent, payloads)) if page.records)
    return page


def embedded(file: Path) -> object:
    return json.loads(file.with_suffix(".jsonld").read_text("utf-8"))


def test_the_53_recipes_are_those_of_the_item_list(samples: Path, payloads: Path) -> None:
    file = samples / "jsonld_empty_item_test.html"
    html = HtmlSettings(
        entry=".listicle-page",
        fields={
            "title": ".listicle-page__title",
            "description": ".listicle-page__content",
            "page": ".listicle-page__title a::attr(href)",
        },
        total=".listicle-page__count-total",
    )
    page = read(file, payloads, "https://www.tasteofhome.com/", html)
    (found,) = (item for item in _lists(embedded(file)) if item["@type"] == "ItemList")
    assert page.declared_total == len(page.records) == 53
    assert page.issues == ()
    assert [record.fields["page"][0] for record in page.records] == [
        item["url"] for item in found["itemListElement"]
    ]
    assert all(record.fields["title"] and record.fields["description"] for record in page.records)


def test_the_50_concerts_have_the_dates_of_the_events(samples: Path, payloads: Path) -> None:
    (file,) = samples.glob("Max*.html")
    html = HtmlSettings(
        entry=".event-listings > li[title]",
        fields={
            "title": ".artists strong",
            "date": "time::attr(datetime)",
            "page": ".artists a::attr(href)",
        },
        next="a[rel=next]",
    )
    page = read(file, payloads, "https://www.songkick.com/", html)
    assert len(page.records) == 50
    assert [issue.severity for issue in page.issues] == []
    found = {
        (record.fields["page"][0].partition("://")[2], record.fields["date"][0][:10])
        for record in page.records
    }
    expected = {
        (event["url"].partition("?")[0].partition("://")[2], event["startDate"][:10])
        for event in _lists(embedded(file))
        if event["@type"] == "MusicEvent"
    }
    assert expected
    assert expected <= found


def _lists(value: object) -> list[dict[str, Any]]:
    """Return all objects with a type, however they are nested in lists."""
    if isinstance(value, dict):
        return [value] if "@type" in value else _lists([*value.values()])
    return [item for part in value for item in _lists(part)] if isinstance(value, list) else []
