"""A live provider: what is asked of it, what it says of itself, its errors and its sets."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import Access, NoEntriesError
from pipeline.extract.oai_pmh import pages
from pipeline.extract.payloads import Payload
from pipeline.settings import Paging
from tests.extract.oai_provider import (
    BASE,
    DAYS,
    FIVE,
    NOW,
    Item,
    Memory,
    Provider,
    deleted,
    harvest,
    issues,
    keys,
    oai_source,
    record,
    titles,
    told,
)
from tests.extract.web import Request, Web, fetcher_for

# From the first request to the last


def test_all_pages_of_a_list(tmp_path: Path) -> None:
    provider = Provider([*FIVE[:4], Item("oai:x:5", deleted=True)])

    def answer(request: Request) -> bytes:
        return provider.answer(request.query)

    with Web({"/oai": answer}) as web:
        source = oai_source(web.url("/oai?verb=Identify"))
        access = Access(tmp_path, tmp_path / "payloads", fetcher_for(source, tmp_path))
        found = list(pages(source, access))
        asked = [request.headers["accept"] for request in web.requests]
    assert titles(found) == ["Title 1", "Title 2", "Title 3", "Title 4"]
    assert keys(found) == ["oai:x:1", "oai:x:2", "oai:x:3", "oai:x:4"]
    assert deleted(found) == ["oai:x:5"]
    assert [query["verb"] for query in provider.queries] == [
        "Identify", "ListMetadataFormats", "ListRecords", "ListRecords", "ListRecords",
    ]  # fmt: skip
    assert provider.lists[0] == {"metadataPrefix": "oai_dc"}
    assert all(accept.startswith("text/xml") for accept in asked)
    assert {page.declared_total for page in found} == {4}
    assert {(page.since, page.until) for page in found} == {("", NOW)}
    assert issues(found) == []
    locator = found[0].records[0].locator
    assert locator.position == "record oai:x:1"
    assert locator.name.endswith("/oai?verb=ListRecords&metadataPrefix=oai_dc")
    assert (tmp_path / "payloads" / locator.payload).is_file()


@pytest.mark.parametrize(
    ("location", "base"),
    [
        (BASE, f"{BASE}?"),
        (f" {BASE}?verb=ListRecords&metadataPrefix=mods&set=a&from=2024#x ", f"{BASE}?"),
        (f"{BASE}?page=oai&Verb=Identify", f"{BASE}?page=oai&"),
        (f"{BASE}?q=a%20b&resumptionToken=x&&k=", f"{BASE}?q=a%20b&k=&"),
    ],
)
def test_the_base_address(location: str, base: str) -> None:
    provider = Provider(FIVE)
    found = harvest(provider, location)
    assert found[0].records[0].locator.name == f"{base}verb=ListRecords&metadataPrefix=oai_dc"


def test_several_sets_and_records_in_more_than_one() -> None:
    items = [
        Item("a", sets=("x",)),
        Item("b", sets=("x", "y")),
        Item("c", sets=("y",), deleted=True),
        Item("d", sets=("x", "y"), deleted=True),
        Item("e", sets=("z",)),
    ]
    provider = Provider(items)
    found = harvest(provider, sets=("x", "y"))
    assert (keys(found), deleted(found)) == (["a", "b"], ["c", "d"])
    assert [query.get("set") for query in provider.lists] == ["x", None, "y", None]
    assert {page.declared_total for page in found} == {2}


def test_no_total_is_declared_where_no_list_has_a_size() -> None:
    assert {page.declared_total for page in harvest(Provider(FIVE, has_sizes=False))} == {None}
    assert {page.declared_total for page in harvest(Provider(FIVE, page_size=9))} == {None}


@pytest.mark.parametrize(
    ("granularity", "settings", "expected"),
    [
        ("YYYY-MM-DDThh:mm:ssZ", {"from_": "2024-01-02", "until": "2024-01-03"},
         ("2024-01-02T00:00:00Z", "2024-01-03T23:59:59Z")),
        ("YYYY-MM-DDThh:mm:ssZ", {"from_": "2024-01-02T10:00:00Z"}, ("2024-01-02T10:00:00Z", None)),
        (DAYS, {"from_": "2024-01-02T10:00:00Z", "until": "2024-01-03T01:00:00Z"},
         ("2024-01-02", "2024-01-03")),
        (DAYS, {"until": "2024-01-03"}, (None, "2024-01-03")),
        (DAYS, {"from_": "1990-01-01"}, (None, None)),
        ("nonsense", {"from_": "2024-01-02"}, ("2024-01-02", None)),
    ],
)  # fmt: skip
def test_limits_in_the_providers_granularity(
    granularity: str, settings: dict[str, str], expected: tuple[str | None, str | None]
) -> None:
    provider = Provider(FIVE, granularity=granularity)
    found = harvest(provider, **settings)
    assert (provider.lists[0].get("from"), provider.lists[0].get("until")) == expected
    if expected == ("2024-01-02T00:00:00Z", "2024-01-03T23:59:59Z"):
        assert keys(found) == ["oai:x:2", "oai:x:3"]
    assert ("granularity 'nonsense'" in told(found)) == (granularity == "nonsense")


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"from_": "yesterday"}, "oai.from"),
        ({"until": "2023-02-29"}, "oai.until"),
        ({"from_": "2024-02-01", "until": "2024-01-31T23:59:59Z"}, "'oai.from' and 'oai.until'"),
        ({"prefix": " "}, "oai.prefix"),
        ({"sets": ("a", "")}, "oai.sets"),
        ({"fields": {"title": "dc:title["}}, "oai.fields.title"),
        ({"fields": {"title": " "}}, "oai.fields.title"),
        ({"fields": {"title": "nope()"}}, "oai.fields.title"),
    ],
)
def test_wrong_settings_are_told_before_anything_is_asked(
    settings: dict[str, object], key: str
) -> None:
    provider = Provider(FIVE)
    with pytest.raises(SettingsError, match=key) as caught:
        pages(oai_source(BASE, **settings), Access(Path(), Path(), Memory(provider)))
    assert caught.value.where == "input/demo.toml"
    assert provider.queries == []


def test_paging_is_the_providers_own() -> None:
    with pytest.raises(SettingsError, match="'paging'"):
        pages(oai_source(BASE, paging=Paging("page")), Access(Path(), Path()))


def test_a_range_of_one_day_is_right() -> None:
    found = harvest(Provider(FIVE), from_="2024-01-03T08:00:00Z", until="2024-01-03")
    assert keys(found) == ["oai:x:3"]


# What a provider says about itself


@pytest.mark.parametrize("version", ["1.1", "3.0", "one"])
def test_another_version_of_the_protocol(version: str) -> None:
    with pytest.raises(SourceError, match=rf"speaks OAI-PMH {version}; expected OAI-PMH 2\.0"):
        harvest(Provider(FIVE, version=version))


def test_an_old_provider_is_recognised() -> None:
    def before(query: dict[str, str], _: int) -> str:
        return f"<{query['verb']}><protocolVersion>1.1</protocolVersion></{query['verb']}>"

    with pytest.raises(SourceError, match=r"speaks OAI-PMH 1\.1"):
        harvest(Provider(FIVE, before=before))


def test_a_version_that_is_missing_does_not_matter() -> None:
    assert len(keys(harvest(Provider(FIVE, version="")))) == 5


def test_a_prefix_that_is_not_offered() -> None:
    provider = Provider(FIVE, prefixes=("rdf", "MarcXML", "oai_dc"))
    with pytest.raises(SourceError) as caught:
        harvest(provider, prefix="marcxml")
    message = str(caught.value)
    assert "does not offer the metadataPrefix 'marcxml'" in message
    assert "it offers 'rdf', 'MarcXML', 'oai_dc'" in message
    assert 'set prefix = "MarcXML" in [oai] of input/demo.toml' in message
    assert "verb=ListMetadataFormats" in message
    assert not provider.lists


def test_a_provider_that_names_no_format_is_asked_all_the_same() -> None:
    provider = Provider(FIVE, prefixes=())
    provider.before = lambda query, _: setattr(provider, "prefixes", ("oai_dc",)) if (
        query["verb"] == "ListRecords") else None  # fmt: skip
    found = harvest(provider)
    assert len(keys(found)) == 5
    assert "names no metadataPrefix, so 'oai_dc' was asked for" in told(found)


@pytest.mark.parametrize("verb", ["Identify", "ListMetadataFormats", "ListRecords"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<html><body>Log in</body></html>", "is no answer of OAI-PMH and no list of records"),
        ("Not now", "is no answer of OAI-PMH: it begins 'Not now'"),
        ("<OAI-PMH><ListSets/></OAI-PMH>", "without <"),
        ('<OAI-PMH><error code="badVerb">what?</error></OAI-PMH>', "badVerb: what?"),
        ('<OAI-PMH><error code="tooBusy">\x1b[31m\nno</error></OAI-PMH>'.replace("\x1b", ""),
         "tooBusy (a code that OAI-PMH does not know): [31m no"),
    ],
)  # fmt: skip
def test_answers_that_are_none(verb: str, body: str, expected: str) -> None:
    provider = Provider(FIVE, before=lambda query, _: body if query["verb"] == verb else None)
    with pytest.raises(SourceError) as caught:
        harvest(provider)
    assert expected in str(caught.value)
    assert caught.value.where.startswith(f"{BASE}?verb={verb}")
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("badArgument", "check 'oai.from', 'oai.until' and 'oai.sets'"),
        ("badResumptionToken", "run again"),
        ("cannotDisseminateFormat", "oai.prefix"),
        ("idDoesNotExist", "a list of records"),
        ("noMetadataFormats", "which formats it has"),
        ("noSetHierarchy", "has no sets"),
        ("", "an error without a code"),
    ],
)
def test_every_error_is_told_with_what_to_do(code: str, advice: str) -> None:
    body = f'<OAI-PMH><error code="{code}"> in its\n words </error></OAI-PMH>'
    provider = Provider(FIVE)
    provider.before = lambda query, _: body if query["verb"] == "ListRecords" else None
    with pytest.raises(SourceError) as caught:
        harvest(provider)
    assert f"{code}: in its words" in str(caught.value)
    assert advice in str(caught.value)
    assert caught.value.where.startswith(BASE)


def test_an_error_beside_records_is_no_error() -> None:
    body = f'<OAI-PMH><error code="x"/><ListRecords>{record(FIVE[0])}</ListRecords></OAI-PMH>'
    provider = Provider(
        FIVE, before=lambda query, _: body if query["verb"] == "ListRecords" else None
    )
    assert keys(harvest(provider)) == ["oai:x:1"]


def test_errors_that_come_with_an_http_status(tmp_path: Path) -> None:
    answer = Provider([]).page('<error code="noRecordsMatch">none</error>').encode()

    class Strict(Memory):
        def get(self, url: str, **options: object) -> Payload:
            payload = super().get(url, **options)
            if "ListRecords" in url:
                from pipeline.extract.fetch import HttpError

                error = HttpError("refused", where=url)
                error.status = 422
                error.body = answer
                raise error
            return payload

    access = Access(tmp_path, tmp_path, Strict(Provider(FIVE)))
    with pytest.raises(NoEntriesError, match="has no record that matches"):
        list(pages(oai_source(BASE), access))
    for body in (b"", b"<html/>", Provider([]).page("").encode()):
        answer = body
        with pytest.raises(SourceError, match="refused"):
            list(pages(oai_source(BASE), access))


# Sets


def test_a_set_that_does_not_exist() -> None:
    items = [Item(f"i{n}", sets=(f"set:{n}",)) for n in range(30)]
    with pytest.raises(SourceError) as caught:
        harvest(Provider(items), sets=("set:3", "sets:7"))
    message = str(caught.value)
    assert "has no set 'sets:7'; it has 'set:7'" in message
    assert "18 more" in message
    assert "verb=ListSets" in message


def test_a_set_that_exists_but_has_nothing() -> None:
    items = [Item("a", "2024-01-01T00:00:00Z", ("x",)), Item("b", "2020-01-01T00:00:00Z", ("y",))]
    found = harvest(Provider(items), sets=("x", "y"), from_="2024-01-01")
    assert keys(found) == ["a"]
    assert "no record of the set 'y' matches" in told(found)
    assert issues(found)[0].severity == "info"


def test_sets_of_a_provider_that_cannot_tell_its_sets() -> None:
    def before(query: dict[str, str], _: int) -> str | None:
        return "no answer" if query["verb"] == "ListSets" else None

    with pytest.raises(
        NoEntriesError, match="no record that matches prefix = 'oai_dc', sets = 'x'"
    ):
        harvest(Provider(FIVE, before=before), sets=("x",))


def test_a_long_list_of_sets_is_read_over_its_pages() -> None:
    def before(query: dict[str, str], _: int) -> str | None:
        if query["verb"] != "ListSets":
            return None
        page = int(query.get("resumptionToken", 0))
        more = f"<resumptionToken>{page + 1}</resumptionToken>" if page < endless else ""
        name = f"<set><setSpec>s{page}</setSpec></set>"
        return f"<OAI-PMH><ListSets>{name}{more}</ListSets></OAI-PMH>"

    endless = 2
    with pytest.raises(SourceError, match=r"has no set 's9'; it has 's2', 's1', 's0'; expected"):
        harvest(Provider(FIVE, before=before), sets=("s9",))
    endless = 1000
    with pytest.raises(SourceError, match="8 more"):
        harvest(Provider(FIVE, before=before), sets=("s99",))


def test_a_bad_argument_may_be_a_set_that_does_not_exist() -> None:
    items = [Item("a", sets=("x",))]
    body = '<OAI-PMH><error code="badArgument">set?</error></OAI-PMH>'

    def before(query: dict[str, str], _: int) -> str | None:
        return body if query["verb"] == "ListRecords" else None

    with pytest.raises(SourceError, match="has no set 'y'"):
        harvest(Provider(items, before=before), sets=("y",))
    with pytest.raises(SourceError, match="badArgument: set"):
        harvest(Provider(items, before=before), sets=("x",))


# Nothing


def test_nothing_at_all() -> None:
    provider = Provider([Item("a", "2020-01-01T00:00:00Z")], earliest="2019-05-01")
    with pytest.raises(NoEntriesError) as caught:
        harvest(provider, from_="2024-01-01", until="2024-02-01")
    assert "matches prefix = 'oai_dc', from = '2024-01-01', until = '2024-02-01'" in str(
        caught.value
    )
    assert "its earliest is of 2019-05-01" in str(caught.value)


def test_a_list_without_records_is_nothing_too() -> None:
    body = "<OAI-PMH><ListRecords/></OAI-PMH>"
    provider = Provider(
        FIVE, before=lambda query, _: body if query["verb"] == "ListRecords" else None
    )
    with pytest.raises(NoEntriesError):
        harvest(provider)


def test_nothing_but_deletions_is_something() -> None:
    (page,) = harvest(Provider([Item("a", deleted=True)]))
    assert (page.records, page.deleted) == ((), ("a",))
