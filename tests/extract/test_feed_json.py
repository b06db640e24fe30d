"""JSON Feed 1.0 and 1.1: items, their fields, what is none."""

from __future__ import annotations

import json

import pytest

from pipeline.errors import SourceError
from pipeline.extract import json_feed
from pipeline.extract.access import NoEntriesError
from pipeline.kinds import Field
from tests.extract.feeds import issues, read, record, records


def feed(*items: object, **more: object) -> str:
    version = "https://jsonfeed.org/version/1.1"
    return json.dumps({"version": version, "title": "F", "items": list(items), **more})


def test_an_item() -> None:
    found = record(
        feed(
            {
                "id": "tag:a.example,2024:1",
                "url": "/1",
                "external_url": "https://b.example/2",
                "title": "A < B",
                "summary": "Short.",
                "content_html": "<p>Long</p>",
                "image": "/1.png",
                "date_published": "2024-05-01T10:00:00-07:00",
                "date_modified": "2025-01-01",
                "authors": [{"name": "Ana"}, {"url": "https://c.example"}, "Bo"],
                "tags": ["credit", 7, None, {"x": 1}],
                "language": "es",
                "attachments": [{"url": "1.mp3", "mime_type": "audio/mpeg"}],
            }
        ),
        url="https://a.example/feed.json",
    )
    assert found.fields == {
        "title": ("A < B",),
        "description": ("Short.",),
        "creator": ("Ana",),
        "subject": ("credit", "7"),
        "date": ("2024-05-01T10:00:00-07:00",),
        "language": ("es",),
        "page": ("https://a.example/1",),
        "relation": ("https://b.example/2",),
        "file": ("https://a.example/1.mp3",),
        "image": ("https://a.example/1.png",),
        "identifier": ("tag:a.example,2024:1",),
    }
    assert found.languages == {
        "title": ("es",),
        "description": ("es",),
        "subject": ("es", "es"),
    }
    assert found.key == "tag:a.example,2024:1"
    assert found.markup == ()
    assert found.locator.position == "item 1"


@pytest.mark.parametrize(
    ("item", "description", "markup"),
    [
        ({"content_html": "<p>C</p>", "content_text": "C"}, "<p>C</p>", True),
        ({"content_text": "a < b"}, "a < b", False),
        ({"summary": "Cut …", "content_text": "Whole."}, "Whole.", False),
        ({"summary": "", "content_html": "H"}, "H", True),
    ],
)
def test_which_text_is_the_abstract(item: object, description: str, markup: bool) -> None:
    found = record(feed({"id": "1", **item}))  # type: ignore[dict-item]
    assert found.fields["description"] == (description,)
    assert ("description" in found.markup) is markup


def test_what_the_feed_says_for_its_items() -> None:
    text = feed({"id": 1}, {"id": "2", "author": {"name": "Bo"}}, language="es",
                authors=[{"name": "Ana"}], home_page_url="https://a.example/x/")  # fmt: skip
    first, second = records(text)
    assert first.fields == {"creator": ("Ana",), "identifier": ("1",)}
    assert second.fields["creator"] == ("Bo",)
    assert first.languages == {}
    version_1 = feed({"id": "1"}, author={"name": "Ana"})
    assert record(version_1).fields["creator"] == ("Ana",)


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({"id": "https://a.example/1", "url": "https://a.example/2"}, "https://a.example/1"),
        ({"url": "https://a.example/2"}, "https://a.example/2"),
        ({"id": True, "url": "u"}, "u"),
    ],
)
def test_keys(item: object, key: str) -> None:
    found = record(feed(item))
    assert found.key == key
    assert "identifier" not in found.fields


def test_fields_of_the_settings() -> None:
    found = record(
        feed({"id": "1", "_isbn": "978", "content_text": "<i>T</i>"}),
        fields={"identifier": "_isbn", "description": Field(select="content_text", html=True)},
    )
    assert found.fields == {"identifier": ("978",), "description": ("<i>T</i>",)}
    assert found.markup == ("description",)
    plain = record(feed({"id": "1", "content_html": "<i>T</i>"}), fields={"description": "id"})
    assert plain.markup == ()


def test_the_next_page() -> None:
    text = feed({"id": "1"}, next_url="/feed.json?page=2")
    (reading,) = read(text, url="https://a.example/feed.json")
    assert reading.next_link == "https://a.example/feed.json?page=2"
    (reading,) = read(feed({"id": "1"}))
    assert reading.next_link == ""


def test_what_is_no_item_is_left_out_and_told() -> None:
    text = feed({"id": "1"}, "two", ["three"], {"id": "4"})
    assert [one.key for one in records(text)] == ["1", "4"]
    assert [one.locator.position for one in records(text)] == ["item 1", "item 4"]
    assert [issue.message[:40] for issue in issues(text)] == [
        "feed.xml: item 2 is 'two', not an object",
        "feed.xml: item 3 is \"['three']\", not an ",
    ]


def test_what_is_not_right_json_is_told() -> None:
    (issue,) = issues(feed({"id": "1"}).replace('"F"', "NaN"))
    assert "NaN" in issue.message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON"),
        ('{"version": 1, "items": []}', "is no feed"),
        ('{"items": [{"id": 1}]}', 'kind = "json"'),
        ('{"version":"https://jsonfeed.org/version/1","items":' + "[" * 100_000, "nests"),
    ],
)
def test_what_is_no_json_feed(text: str, told: str) -> None:
    with pytest.raises(SourceError, match=r"feed\.xml") as caught:
        read(text)
    assert told in str(caught.value)
    assert not isinstance(caught.value, NoEntriesError)


def test_feeds_without_items_and_with_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (feed(), feed(items=None), feed(items={})):
        with pytest.raises(NoEntriesError, match="without items"):
            read(text)
    monkeypatch.setattr(json_feed, "BATCH", 2)
    assert [len(one.page.records) for one in read(feed(*({"id": str(n)} for n in range(5))))] == [
        2,
        2,
        1,
    ]
    monkeypatch.setattr(json_feed, "MOST_ENTRIES", 4)
    with pytest.raises(SourceError, match="has 5 items"):
        read(feed(*({"id": str(n)} for n in range(5))))
