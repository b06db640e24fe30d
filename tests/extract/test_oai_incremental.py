"""Only what has changed since the last harvest."""

from __future__ import annotations

import pytest

from pipeline.model import Page
from tests.extract.oai_provider import (
    DAYS,
    FIVE,
    NOW,
    Item,
    Provider,
    deleted,
    harvest,
    keys,
    told,
)


def test_only_what_has_changed_is_asked_for() -> None:
    provider = Provider([*FIVE[:4], Item("oai:x:9", "2024-01-05T00:00:00Z", deleted=True)])
    found = harvest(provider, since="2024-01-03T10:00:00Z", incremental=True)
    assert (keys(found), deleted(found)) == (["oai:x:3", "oai:x:4"], ["oai:x:9"])
    assert provider.lists[0]["from"] == "2024-01-03T10:00:00Z"
    assert {(page.since, page.until) for page in found} == {("2024-01-03T10:00:00Z", NOW)}
    assert told(found) == ""


def test_in_days_the_day_of_the_last_harvest_is_asked_for_again() -> None:
    provider = Provider(FIVE, granularity=DAYS)
    first = harvest(provider, incremental=True)
    assert {page.until for page in first} == {"2024-06-01"}
    found = harvest(provider, since="2024-01-05T12:00:00Z", incremental=True)
    assert provider.lists[-1]["from"] == "2024-01-05"
    assert keys(found) == ["oai:x:5"]


def test_nothing_has_changed() -> None:
    (page,) = harvest(Provider(FIVE), since="2024-05-05T00:00:00Z", incremental=True)
    assert page == Page((), since="2024-05-05T00:00:00Z", until=NOW)


@pytest.mark.parametrize(
    ("since", "settings", "expected"),
    [
        ("2024-01-03", {}, None),
        ("", {"incremental": True}, None),
        ("rubbish", {"incremental": True}, None),
        ("2024-01-03", {"incremental": True, "from_": "2024-01-04"}, "2024-01-04T00:00:00Z"),
        ("2024-01-03", {"incremental": True, "from_": "2024-01-01"}, "2024-01-03T00:00:00Z"),
        ("1990-01-01", {"incremental": True}, "1990-01-01T00:00:00Z"),
    ],
)
def test_when_what_has_changed_is_asked_for(
    since: str, settings: dict[str, object], expected: str | None
) -> None:
    provider = Provider(FIVE)
    found = harvest(provider, since=since, **settings)  # type: ignore[arg-type]
    assert provider.lists[0].get("from") == expected
    assert {page.since for page in found} == {since if expected else ""}


def test_the_next_harvest_begins_where_this_one_ends() -> None:
    found = harvest(Provider(FIVE), until="2024-01-03")
    assert {page.until for page in found} == {"2024-01-03T23:59:59Z"}
    found = harvest(Provider(FIVE), until="2030-01-01")
    assert {page.until for page in found} == {NOW}


@pytest.mark.parametrize("date", ["", "just now", "2024-06-01T12:00:00"])
def test_without_a_date_the_next_harvest_asks_for_everything(date: str) -> None:
    found = harvest(Provider(FIVE, date=date))
    assert {page.until for page in found} == {""}
    assert "the next harvest will ask for everything" in told(found)


@pytest.mark.parametrize(("deletions", "count"), [("persistent", 0), ("no", 1), ("", 1)])
def test_providers_that_do_not_keep_deletions(deletions: str, count: int) -> None:
    found = harvest(Provider(FIVE, deletions=deletions), incremental=True, full_after=7)
    assert told(found).count("every 7 days (oai.full_after)") == count
    assert "full_after" not in told(harvest(Provider(FIVE, deletions=deletions)))
