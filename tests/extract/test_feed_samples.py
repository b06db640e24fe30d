"""Real feeds beside the project: the counts that docs/sources/feed.md gives, and some entries."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.extract.feed import readings
from pipeline.extract.payloads import Payload
from pipeline.model import SourceRecord
from tests.extract.feeds import FEED

DOCUMENTED = Path(__file__).parents[2] / "docs" / "sources" / "feed.md"
COUNTS = {
    "mixed/feed.json": (25, 0, "title"),
    "mixed/feed1.atom": (2, 0, "title"),
    "mixed/feed2.rss": (1, 0, "title"),
    "bloggerexport.xml": (2, 62, "title"),
}


def payload(path: Path) -> Payload:
    data = path.read_bytes()
    return Payload(path.name, data, hashlib.sha256(data).hexdigest())


def read(path: Path) -> list[SourceRecord]:
    return [one for reading in readings(payload(path), FEED) for one in reading.page.records]


@pytest.mark.parametrize("name", COUNTS)
def test_counts(name: str, shared: Path) -> None:
    count, left_out, field = COUNTS[name]
    found = read(shared / "samples" / "feeds" / name)
    assert len(found) == count
    assert all(one.fields.get(field) and one.key for one in found)
    assert f"| `{name}` | {count} | {left_out} |" in DOCUMENTED.read_text("utf-8")


def test_what_entries_say(shared: Path) -> None:
    folder = shared / "samples" / "feeds"
    first = read(folder / "mixed" / "feed1.atom")[0]
    assert first.fields["creator"] == ("John Doe",)
    assert first.key == "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a"
    post, page = read(folder / "bloggerexport.xml")
    assert post.fields["title"] == ("The Steel Windpipe",)
    assert post.locator.position == "entry 61, line 991"
    assert page.fields["title"] == ("Test page",)
    news = read(folder / "mixed" / "feed.json")
    assert news[0].fields["date"] == ("2021-10-29T10:26:00-04:00",)
    assert sum("file" in one.fields for one in news) == 9


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("http_sample.html", "is a web page"),
        ("utf8.html", "is a web page"),
        ("sitemap.xml", 'kind = "sitemap"'),
        ("sitemap2.xml", 'kind = "sitemap"'),
        ("sitemap-hreflang.xml", 'kind = "sitemap"'),
    ],
)
def test_what_is_no_feed(name: str, told: str, shared: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read(shared / "samples" / "feeds" / "mixed" / name)
    assert told in str(caught.value)
