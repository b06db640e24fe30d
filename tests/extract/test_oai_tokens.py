"""Lists over several pages: tokens that expire or never end, records that change meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SourceError
from pipeline.extract.access import Access
from pipeline.extract.oai_harvest import MOST_IDLE, MOST_RESTARTS
from pipeline.extract.oai_pmh import pages
from tests.extract.oai_provider import (
    BASE,
    FIVE,
    NOW,
    Item,
    Memory,
    Provider,
    deleted,
    harvest,
    keys,
    oai_source,
    record,
    titles,
    told,
)
from tests.extract.web import Answer, Request, Web, fetcher_for

EXPIRED = '<OAI-PMH><error code="badResumptionToken">too late</error></OAI-PMH>'

# Tokens


@pytest.mark.parametrize("ends", ["", "<resumptionToken/>", "<resumptionToken> </resumptionToken>"])
def test_lists_end_without_a_token_or_with_an_empty_one(ends: str) -> None:
    body = f"<OAI-PMH><ListRecords>{record(FIVE[0])}{ends}</ListRecords></OAI-PMH>"
    provider = Provider(
        FIVE, before=lambda query, _: body if query["verb"] == "ListRecords" else None
    )
    assert keys(harvest(provider)) == ["oai:x:1"]
    assert len(provider.lists) == 1


@pytest.mark.parametrize("code", ["badResumptionToken", "badArgument", "noRecordsMatch"])
@pytest.mark.parametrize("times", [1, MOST_RESTARTS])
def test_a_list_whose_token_expires_is_started_over(code: str, times: int, tmp_path: Path) -> None:
    left = times

    def before(query: dict[str, str], _: int) -> str | None:
        nonlocal left
        if "resumptionToken" in query and query["resumptionToken"].startswith("4") and left:
            left -= 1
            provider.items.append(Item(f"new:{left}"))
            return EXPIRED.replace("badResumptionToken", code)
        return None

    provider = Provider(FIVE, before=before)
    memory = Memory(provider)
    found = list(pages(oai_source(BASE), Access(tmp_path, tmp_path, memory)))
    assert memory.restarts == times
    assert sorted(keys(found)) == sorted(item.identifier for item in provider.items)
    assert told(found).count("the list was started over") == times
    assert {page.declared_total for page in found} == {len(provider.items)}


def test_a_list_whose_token_always_expires_stops_the_source() -> None:
    provider = Provider(FIVE, before=lambda q, _: EXPIRED if "resumptionToken" in q else None)
    with pytest.raises(SourceError, match="badResumptionToken: too late"):
        harvest(provider)
    assert (
        len([query for query in provider.lists if "metadataPrefix" in query]) == MOST_RESTARTS + 1
    )


def test_each_list_may_be_started_over(tmp_path: Path) -> None:
    items = [Item(f"i{n}", sets=(f"s{n % 3}",)) for n in range(12)]
    refused = set[str]()

    def before(query: dict[str, str], _: int) -> str | None:
        token = query.get("resumptionToken", "")
        if token and token not in refused:
            refused.add(token)
            return EXPIRED
        return None

    memory = Memory(Provider(items, page_size=2, before=before))
    source = oai_source(BASE, sets=("s0", "s1", "s2"))
    found = list(pages(source, Access(tmp_path, tmp_path, memory)))
    assert sorted(keys(found)) == sorted(item.identifier for item in items)
    assert memory.restarts == 3


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_a_token_that_http_refuses_has_expired(status: int, tmp_path: Path) -> None:
    provider = Provider(FIVE, page_size=3)
    refusals = 0

    def answer(request: Request) -> bytes | Answer:
        nonlocal refusals
        if "resumptionToken" in request.query and not refusals:
            refusals += 1
            return Answer(b"gone", status)
        return provider.answer(request.query)

    with Web({"/oai": answer}) as web:
        source = oai_source(web.url("/oai"))
        access = Access(tmp_path, tmp_path, fetcher_for(source, tmp_path))
        found = list(pages(source, access))
    assert keys(found) == [item.identifier for item in FIVE]
    assert "the list was started over" in told(found)


def test_other_failures_of_http_are_no_expired_tokens(tmp_path: Path) -> None:
    provider = Provider(FIVE, page_size=3)

    def answer(request: Request) -> bytes | Answer:
        if "resumptionToken" in request.query:
            return Answer(b"down", 500)
        return provider.answer(request.query)

    with Web({"/oai": answer}) as web:
        source = oai_source(web.url("/oai"))
        with pytest.raises(SourceError, match="500"):
            list(pages(source, Access(tmp_path, tmp_path, fetcher_for(source, tmp_path))))
    assert len(provider.lists) == 1


def with_token(provider: Provider, token: str, query: dict[str, str]) -> str | None:
    """Answer each request for records with its first page and this token."""
    if query["verb"] != "ListRecords":
        return None
    shown = provider.records({"metadataPrefix": "oai_dc"})
    start = shown.index("<resumptionToken")
    size = f' completeListSize="{len(provider.items)}"' if provider.has_sizes else ""
    token = f"<resumptionToken{size}>{token}</resumptionToken></ListRecords>"
    return provider.page(shown[:start] + token)


def test_a_token_that_is_given_again_and_again_stops_the_source() -> None:
    provider = Provider(FIVE)
    provider.before = lambda query, _: with_token(provider, "same", query)
    with pytest.raises(SourceError, match="'same' leads to no record that is new") as caught:
        harvest(provider)
    assert len(provider.lists) == 2
    assert "resumptionToken=same" in caught.value.where


def test_tokens_without_end_and_without_new_records_stop_the_source() -> None:
    provider = Provider(FIVE)
    provider.before = lambda query, number: with_token(provider, f"t{number}", query)
    with pytest.raises(SourceError, match="does not come to its end"):
        harvest(provider)
    assert len(provider.lists) == MOST_IDLE + 1


def test_a_token_behind_the_last_record_is_no_harm() -> None:
    provider = Provider(FIVE, page_size=4)
    provider.items = provider.items[:4]
    provider.before = lambda query, _: (
        (
            with_token(Provider([*provider.items, FIVE[4]], page_size=4), "again", query) or ""
        ).replace('"5"', '"4"')
        or None
    )
    found = harvest(provider)
    assert len(keys(found)) == 4
    assert "gives a resumptionToken though its list is whole" in told(found)
    assert {page.declared_total for page in found} == {4}


def test_one_token_may_lead_to_page_after_page() -> None:
    """Some providers keep the place themselves."""
    pages_left = [FIVE[:2], FIVE[2:4], FIVE[4:]]

    def before(query: dict[str, str], _: int) -> str | None:
        if query["verb"] != "ListRecords":
            return None
        shown = "".join(map(record, pages_left.pop(0)))
        token = "<resumptionToken>session</resumptionToken>" if pages_left else ""
        return f"<OAI-PMH><ListRecords>{shown}{token}</ListRecords></OAI-PMH>"

    assert len(keys(harvest(Provider(FIVE, before=before)))) == 5


def test_an_answer_that_is_cut_off_in_the_middle_stops_the_source() -> None:
    def before(query: dict[str, str], _: int) -> bytes | None:
        if "resumptionToken" not in query:
            return None
        whole = Provider(FIVE).answer({"verb": "ListRecords", "metadataPrefix": "oai_dc"})
        return whole[: whole.index(b"</OAI-PMH>") - 90]

    with pytest.raises(SourceError, match="is cut off"):
        harvest(Provider(FIVE, before=before))


# What changes while it is read


def test_the_last_header_of_a_record_counts() -> None:
    def before(query: dict[str, str], _: int) -> None:
        if query.get("resumptionToken", "").startswith("2"):
            provider.items += [
                Item("oai:x:1", NOW, deleted=True),
                Item("oai:x:2", NOW, title="Changed"),
            ]

    items = [*FIVE[:4], Item("oai:x:9", deleted=True), Item("oai:x:9", NOW, title="Back")]
    provider = Provider(items, before=before)
    found = harvest(provider)
    assert keys(found) == ["oai:x:3", "oai:x:4", "oai:x:9", "oai:x:2"]
    assert titles(found) == ["Title 3", "Title 4", "Back", "Changed"]
    assert deleted(found) == ["oai:x:1"]


@pytest.mark.slow
@given(st.data())
def test_whatever_happens_each_record_is_given_once(data: st.DataObject) -> None:
    """A machine of pages of any size, expiring tokens, and changes in mid-harvest."""
    count = data.draw(st.integers(1, 14), "records")
    sets = ("a", "b")
    items = [
        Item(f"i{n}", sets=tuple(data.draw(st.sets(st.sampled_from(sets), min_size=1), "sets")),
             deleted=data.draw(st.booleans(), "deleted"))
        for n in range(count)
    ]  # fmt: skip
    changing = set(data.draw(st.lists(st.integers(0, count - 1), max_size=3), "changing"))
    expiring = data.draw(st.sets(st.integers(3, 14), max_size=2), "expiring")
    changes = iter(sorted(changing))

    def before(query: dict[str, str], number: int) -> str | None:
        provider.page_size = data.draw(st.integers(1, 5), "page size")
        if query["verb"] == "ListRecords" and data.draw(st.booleans(), "change now"):
            place = next(changes, None)
            if place is not None:  # it moves to the end, as lists ordered by datestamp have it
                old = items[place]
                provider.items.append(old._replace(deleted=not old.deleted, title="Changed"))
        if "resumptionToken" in query and number in expiring:
            return EXPIRED
        return None

    provider = Provider(items, before=before)
    there = sorted({name for item in items for name in item.sets})
    wanted = tuple(data.draw(st.lists(st.sampled_from(there), unique=True), "wanted"))
    found = harvest(provider, sets=wanted)
    given_keys, gone = keys(found), deleted(found)
    assert len(given_keys) == len(set(given_keys))
    assert len(gone) == len(set(gone))
    assert not set(given_keys) & set(gone)
    for number, item in enumerate(items):
        if number not in changing and (not wanted or set(item.sets) & set(wanted)):
            assert (item.identifier in gone) == item.deleted
            assert (item.identifier in given_keys) != item.deleted
