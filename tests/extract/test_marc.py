"""`marc` sources: files and addresses, what is told about them, and the samples."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from pipeline.clean import clean
from pipeline.clean.dates import read_date
from pipeline.clean.identifiers import read_agent
from pipeline.errors import SettingsError, SourceError
from pipeline.extract import pages
from pipeline.extract.access import Access, NoEntriesError
from pipeline.extract.marc import MOST_TOLD, PAGE_SIZE
from pipeline.kinds import Field, MarcSettings
from pipeline.model import Page, SourceRecord
from pipeline.settings import LanguageSettings, Paging, Source
from tests.extract.live import live_access
from tests.extract.marc_samples import LEADER, binary, field, record, simple
from tests.extract.web import Answer, Request, Web

MARC = Source(kind="marc", location="x.mrc", languages=("en",), name="demo", file="input/demo.toml")


def read(folder: Path, source: Source = MARC) -> list[Page]:
    return list(pages(source, Access(folder, folder.parent / "output" / "payloads")))


def read_data(folder: Path, data: bytes, source: Source = MARC) -> Page:
    (folder / "x.mrc").write_bytes(data)
    (page,) = read(folder, source)
    return page


def records(found: list[Page]) -> list[SourceRecord]:
    return [one for page in found for one in page.records]


def messages(page: Page) -> list[str]:
    return [issue.message for issue in page.issues]


def test_records_with_keys_and_places(folder: Path) -> None:
    page = read_data(folder, binary(simple(1), simple(2)))
    assert [one.key for one in page.records] == ["(XX-Test)n1", "(XX-Test)n2"]
    assert page.records[1].locator.position == "record 2, (XX-Test)n2"
    assert page.records[1].locator.name == "x.mrc"
    assert page.records[0].fields == {
        "title": ("Volunteers in the field",),
        "type": ("Book",),
        "language": ("eng",),
        "date": ("1983",),
    }
    assert not page.issues


def test_a_gzip_archive_is_unpacked(folder: Path) -> None:
    page = read_data(folder, gzip.compress(binary(simple(1)), mtime=0))
    assert [one.key for one in page.records] == ["(XX-Test)n1"]


def test_bad_records_are_told_and_left_out(folder: Path) -> None:
    data = binary(simple(1)) + b"rubbish\x1d" + binary(simple(2))[:50]
    page = read_data(folder, data)
    assert [one.key for one in page.records] == ["(XX-Test)n1"]
    assert [issue.identifier for issue in page.issues] == ["record 2", "record 3"]
    first, second = messages(page)
    assert first.startswith("x.mrc: record 2: it has no leader of 24 characters; it was left out")
    assert "it is cut off: 50 bytes of 154 are there" in second


def test_many_bad_records_are_counted(folder: Path) -> None:
    page = read_data(folder, binary(simple(1)) + b"rubbish\x1d" * (MOST_TOLD + 3))
    assert len(page.issues) == MOST_TOLD + 1
    assert messages(page)[-1] == "x.mrc: more records were left out: 3"


def test_what_many_records_share_is_told_once(folder: Path) -> None:
    data = binary(simple(1, "Perú"), simple(2, "Año")).replace(b"nam a", b"nam  ")
    page = read_data(folder, data)
    assert [one.fields["title"] for one in page.records] == [("Perú",), ("Año",)]
    assert messages(page) == [
        "x.mrc: records that say MARC-8 (Leader/09) but are UTF-8, and were read so: 2; "
        "the first is record 1, (XX-Test)n1"
    ]


def test_lost_fields_are_an_issue_of_the_record(folder: Path) -> None:
    data = binary(simple(1))
    directory, mark, body = data[24:].partition(b"\x1e")
    page = read_data(folder, data[:24] + directory + b"650000500900" + mark + body)
    (issue,) = page.records[0].issues
    assert issue.identifier == page.records[0].locator.position
    assert "could not be read: 650; look the record up" in issue.message


def test_deleted_and_other_records(folder: Path) -> None:
    deleted = simple(1, leader=LEADER[:5] + "d" + LEADER[6:])
    authority = simple(2, leader=LEADER[:6] + "z" + LEADER[7:])
    nameless = record(field("245", "$aNo key"), leader=LEADER[:5] + "d" + LEADER[6:])
    page = read_data(folder, binary(deleted, authority, nameless, simple(4)))
    assert page.deleted == ("(XX-Test)n1",)
    assert [one.fields["title"][0] for one in page.records] == [
        "No key", "Volunteers in the field",
    ]  # fmt: skip
    assert messages(page) == [
        "x.mrc: records that describe no resource (authority records) and were left out: 1; "
        "the first is record 2, (XX-Test)n2"
    ]


@pytest.mark.slow
def test_large_files_come_in_pages(folder: Path) -> None:
    (folder / "x.mrc").write_bytes(binary(simple(0)) * (2 * PAGE_SIZE + 1))
    assert [len(page.records) for page in read(folder)] == [PAGE_SIZE, PAGE_SIZE, 1]


def test_settings_add_fields(folder: Path) -> None:
    fields: Mapping[str, Field | str] = {"note": "500a", "abstract": Field("500a", html=True)}
    source = msgspec.structs.replace(MARC, marc=MarcSettings(fields=dict(fields)))
    made = record(field("001", "1"), field("245", "$aT"), field("500", "$a<b>N</b>"))
    page = read_data(folder, binary(made), source)
    assert page.records[0].fields["note"] == ("<b>N</b>",)
    assert page.records[0].markup == ("abstract",)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": "245$a"}, r"key 'marc.fields.title': '245\$a' is no tag"),
        ({"title": Field("")}, "key 'marc.fields.title.select': it is empty"),
        ({"title": Field("245a", attribute="x")}, "key 'marc.fields.title.attribute'"),
    ],
)
def test_settings_that_are_wrong(
    folder: Path, fields: dict[str, Field | str], message: str
) -> None:
    source = msgspec.structs.replace(MARC, marc=MarcSettings(fields=fields))
    with pytest.raises(SettingsError, match=message):
        pages(source, Access(folder, folder))


def test_an_unknown_encoding_is_told_before_anything_is_read(folder: Path) -> None:
    source = msgspec.structs.replace(MARC, encoding="latin-99")
    with pytest.raises(SettingsError, match="key 'encoding': 'latin-99': unknown"):
        pages(source, Access(folder, folder))


def test_a_configured_encoding(folder: Path) -> None:
    source = msgspec.structs.replace(MARC, encoding="iso-8859-1")
    data = binary(simple(1, "Per?")).replace(b"Per?", b"Per\xfa")
    assert read_data(folder, data, source).records[0].fields["title"] == ("Perú",)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"=LDR  00714cam a2200205 a 4500\n=001  1\n", "is the text form of MarcEdit"),
        (b'[{"leader": ""}]', "is JSON"),
        (b"title,author\nA,B\n", "is no MARC: no leader in it; it begins 'title,author A,B'"),
        (b"\x1f\x8bbroken", "is a damaged gzip archive"),
        (b"<html>", "is not well-formed XML"),
    ],
)
def test_what_is_no_marc(folder: Path, data: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=re.escape(message)):
        read_data(folder, data)


def test_xml_without_a_record_has_no_entries(folder: Path) -> None:
    with pytest.raises(NoEntriesError, match="holds no MARC record"):
        read_data(folder, b"<collection/>")


def test_an_address_with_numbered_pages(folder: Path) -> None:
    """As SRU gives them: an empty answer behind the last record."""

    def answer(request: Request) -> Answer:
        start = int(request.query["startRecord"])
        body = "".join(
            f"<record><leader>{LEADER}</leader><controlfield tag='001'>{number}</controlfield>"
            "</record>"
            for number in range(start, min(start + 2, 6))
        )
        return Answer(f"<records>{body}</records>", headers={"Content-Type": "application/xml"})

    with Web({"/sru": answer}) as web:
        source = msgspec.structs.replace(
            MARC, location=web.url("/sru"), paging=Paging("startRecord", 1, 2)
        )
        found = list(pages(source, live_access(source, folder)))
        assert [one.key for one in records(found)] == ["1", "2", "3", "4", "5"]
        assert web.requests[0].headers["accept"].startswith("application/marc,")


def names(lobid: dict[str, object]) -> list[str]:
    given = lobid.get("contribution", [])
    assert isinstance(given, list)
    return [one["agent"]["label"] for one in given]


def test_lobid_agrees_on_titles_agents_and_dates(shared: Path, folder: Path) -> None:
    samples = shared / "samples" / "marc" / "lobid"
    source = msgspec.structs.replace(MARC, location="lobid/*.xml")
    found = records(list(pages(source, Access(samples.parent, folder / "payloads"))))
    assert len(found) == 12
    agents = dated = publishers = identified = 0
    for one in found:
        expected = json.loads((samples.parent / one.locator.name).with_suffix(".json").read_bytes())
        given = {name: list(values) for name, values in one.fields.items()}
        title, _, rest = given["title"][0].partition(" : ")
        parallel, _, other = title.partition(" = ")
        assert parallel == expected["title"]
        subtitle = [part for part in (rest, other and f"= {other}") if part]
        assert subtitle == expected.get("otherTitleInformation", [])
        ours = [read_agent(name).agent for name in
                (*given.get("creator", ()), *given.get("contributor", ()))]  # fmt: skip
        assert sorted(agent.name for agent in ours) == sorted(names(expected))
        agents += len(ours)
        identified += sum(bool(agent.iri) for agent in ours)
        creators = {
            entry["agent"]["label"]
            for entry in expected.get("contribution", [])
            if entry["role"]["id"].rpartition("/")[2] in {"aut", "cmp"}
        }
        assert {read_agent(name).agent.name for name in given.get("creator", ())} == creators
        (publication,) = expected["publication"]
        date = read_date(given["date"][0]).date
        assert date is not None
        assert date.year == publication["startDate"]
        dated += 1
        assert given.get("publisher", []) == publication.get("publishedBy", [])
        publishers += len(given.get("publisher", []))
        codes = [one["id"].rpartition("/")[2] for one in expected.get("language", [])]
        assert given.get("language", []) == codes
        isbns = [number for number in expected.get("isbn", []) if len(number) == 10]
        assert [
            v.removeprefix("ISBN ") for v in given.get("identifier", ()) if "ISBN" in v
        ] == isbns
        assert one.key == f"(DE-605){expected['almaMmsId']}"
        assert not one.issues
    assert (agents, identified, dated, publishers) == (20, 5, 12, 11)


def test_where_we_differ_from_lobid(shared: Path, folder: Path) -> None:
    """Each on purpose, with its reason in docs/sources/marc.md."""
    samples = shared / "samples" / "marc"
    source = msgspec.structs.replace(MARC, location="lobid/*.xml")
    found = {
        one.key.partition(")")[2]: one.fields
        for one in records(list(pages(source, Access(samples, folder / "payloads"))))
    }
    # A chain of headings is one subject there, several here.
    assert found["990005108810206441"]["subject"] == ("Mykene", "Ausgrabung")
    # A table of contents (856 42) is a related thing, not the resource.
    assert "page" not in found["990001412590206441"]
    assert len(found["990001412590206441"]["relation"]) == 1
    # 246 is all taken: lobid leaves out the parallel title that 245 has, and parts of the title.
    assert len(found["990033263300206441"]["alternative"]) == 4
    # 130 is a title too.
    assert found["990021974470206441"]["alternative"] == ("Sovetskoe administrativnoe pravo, dt.",)
    # An ISBN is not written again with 13 digits.
    assert found["990014830510206441"]["identifier"] == ("ISBN 0405039204",)


@pytest.mark.parametrize("name", ["brkrtest.mrc", "brkrtest_UTF8.mrc"])
def test_counts_of_the_binary_samples(shared: Path, folder: Path, name: str) -> None:
    source = msgspec.structs.replace(MARC, location=name)
    (page,) = list(pages(source, Access(shared / "samples" / "marc", folder / "payloads")))
    assert len(page.records) == 8
    assert not page.issues
    assert [one.key for one in page.records] == [f"(ViArRB)tes9600000{n}" for n in range(1, 9)]


def test_marc8_and_utf8_samples_give_the_same_records(shared: Path, folder: Path) -> None:
    found = [
        [one.fields for one in records(list(pages(
            msgspec.structs.replace(MARC, location=name),
            Access(shared / "samples" / "marc", folder / "payloads"),
        )))]
        for name in ("brkrtest.mrc", "brkrtest_UTF8.mrc")
    ]  # fmt: skip
    assert found[0] == found[1]


@pytest.mark.slow
def test_the_clean_stage_reads_them(shared: Path, folder: Path) -> None:
    """What comes out is a description: languages, dates, agents with their VIAF, ISBNs as URNs."""
    source = msgspec.structs.replace(MARC, location="lobid/*.xml", languages=("de", "en"))
    samples = Access(shared / "samples" / "marc", folder / "payloads")
    found = clean(records(list(pages(source, samples))), source, LanguageSettings())
    schliemann = next(one for one in found if one.title[0].value.startswith("Mykenae"))
    assert schliemann.languages == ("de",)
    assert schliemann.title[0].language == "de"
    assert schliemann.creators[0].iri == "http://viaf.org/viaf/17229333"
    assert schliemann.issued is not None
    assert schliemann.issued.value == "1878"
    issues = [issue for one in found for issue in one.issues]
    assert {issue.property for issue in issues} == {"title"}, issues  # languages, not certain
