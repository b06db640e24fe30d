"""The stage as a whole: one record for each source record, evidence for what changed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.clean import clean
from pipeline.clean.text import LONGEST
from pipeline.model import Agent, Date, Issue, Locator, Record, SourceRecord, Text
from pipeline.settings import LanguageSettings, Source

TITLE = "Principles of client protection in practice"
ABSTRACT = "This guide explains to lenders how the protection of their clients works in practice."
SPANISH = "Esta guía explica a las instituciones cómo se protege a sus clientes en la práctica."
TYPES = (
    "Case studies & Field examples",
    "Tools & Templates",
    "Guide/Manual",
    "Guidelines",
    "Publications",
)


def source(**changes: object) -> Source:
    settings_of_source = Source(
        kind="text-listing",
        location="*.txt",
        languages=("en", "es", "fr", "pt"),
        name="library",
        homepage="https://library.example/list/",
    )
    return msgspec.structs.replace(settings_of_source, **changes)


def entry(payload: str = "a" * 64, position: str = "entry 1", **fields: object) -> SourceRecord:
    return SourceRecord(
        source="library",
        locator=Locator(payload, "page.txt", position),
        fields={
            name: value if isinstance(value, tuple) else (str(value),)
            for name, value in fields.items()
        },
    )


def one(record: SourceRecord, **changes: object) -> Record:
    records = clean([record], source(**changes), LanguageSettings())
    assert len(records) == 1
    return records[0]


def rules(record: Record, field: str) -> list[str]:
    return [evidence.rule for evidence in record.evidence if evidence.property == field]


def messages(record: Record, field: str) -> list[str]:
    return [issue.message for issue in record.issues if issue.property == field]


def test_a_whole_record() -> None:
    record = one(
        entry(
            title=f"  {TITLE} ",
            description=f"{ABSTRACT}\n\n{ABSTRACT}",
            type="Guide/Manual",
            date="May 2008",
            creator=("A. B. (ORCID: 0000-0002-1825-0097)", "C. D."),
            publisher="The Library",
            subject=("client protection", "savings"),
            identifier=("ISBN 978-3-16-148410-0", "doi:10.1000/X"),
            page="/a?x=1&amp;y=2",
            file="https://library.example/a b.pdf",
            licence="CC BY 4.0",
            rights="All rights reserved by The Library",
            audience=("lenders", "all who work with clients of banks"),
        )
    )
    assert record.id == ""
    assert record.key == "principles of client protection in practice\x1fguide manual"
    assert record.title == (Text(TITLE, "en"),)
    assert record.description == (Text(f"{ABSTRACT}\n\n{ABSTRACT}", "en"),)
    assert record.type_labels == ("Guide/Manual",)
    assert record.languages == ("en",)
    assert record.issued == Date("2008-05", "gYearMonth", "2008")
    assert record.creators == (
        Agent("A. B.", "https://orcid.org/0000-0002-1825-0097"),
        Agent("C. D."),
    )
    assert record.publishers == (Agent("The Library"),)
    assert record.subject_labels == (Text("client protection"), Text("savings"))
    assert record.identifiers == ("urn:isbn:9783161484100", "https://doi.org/10.1000/x")
    assert record.pages == ("https://library.example/a?x=1&y=2",)
    assert record.files == ("https://library.example/a%20b.pdf",)
    assert record.licences == ("https://creativecommons.org/licenses/by/4.0/",)
    assert record.rights == (Text("All rights reserved by The Library", "en"),)
    assert record.other["audience"][0] == Text("lenders")
    assert record.other["audience"][1].language == "en"
    assert rules(record, "title") == ["language.evidence"]
    assert rules(record, "date") == ["date.read"]
    assert rules(record, "page") == ["text.entities", "link.relative"]
    assert record.issues == ()


def test_records_come_back_in_order_whatever_their_payload() -> None:
    given_records = [
        entry(payload=payload * 64, title=f"{TITLE} {number}", position=f"entry {number}")
        for number, payload in enumerate("abab")
    ]
    records = clean(given_records, source(), LanguageSettings())
    assert [record.title[0].value[-1] for record in records] == ["0", "1", "2", "3"]
    assert clean([], source(), LanguageSettings()) == []


def test_damage_is_repaired_before_the_language_is_asked_and_the_key_made() -> None:
    damaged = one(entry(title="ProtecciĂłn al cliente en la prĂĄctica", type="Guidelines"))
    sound = one(entry(title="Protección al cliente en la práctica", type="Guidelines"))
    assert damaged.title == (Text("Protección al cliente en la práctica", "es"),)
    assert damaged.key == sound.key
    assert [rule for rule in rules(damaged, "title") if rule.startswith("encoding.")]
    assert damaged.evidence[0].before == "ProtecciĂłn"


def test_damage_that_is_left_is_a_warning_and_stays_visible() -> None:
    record = one(entry(title="Protecci\ufffdn al cliente en el proceso de ahorro"))
    assert "\ufffd" in record.title[0].value
    assert "damaged" in messages(record, "title")[0]


def test_markup_and_invisible_characters_leave_evidence_and_white_space_does_not() -> None:
    record = one(
        msgspec.structs.replace(
            entry(
                title=f"{TITLE}\xad\u200b",
                description=f"<p>{ABSTRACT}</p><script>x()</script><p>{ABSTRACT}</p>",
                type="Guide\xa0 Manual",
            ),
            markup=("description",),
        )
    )
    assert record.title[0].value == TITLE
    assert record.description[0].value == f"{ABSTRACT}\n\n{ABSTRACT}"
    assert record.type_labels == ("Guide Manual",)
    assert rules(record, "title")[0] == "text.characters"
    assert rules(record, "description")[0] == "text.markup"
    assert rules(record, "type") == []


def test_title_and_abstract_in_two_languages() -> None:
    record = one(entry(title="Princípios de proteção ao cliente na prática", description=SPANISH))
    assert record.title[0].language == "pt"
    assert record.description[0].language == "es"
    assert record.languages == ()
    assert record.issues == ()


def test_titles_go_with_their_abstracts() -> None:
    record = one(
        entry(title=("Analysis Report", "Informe de análisis"), description=(ABSTRACT, SPANISH))
    )
    assert [text.language for text in record.title] == ["en", "es"]


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("Grundsätze des Kundenschutzes in der Praxis", "none of the source's languages"),
        ("Analysis Report", "most likely is en"),
        ("2008", "nothing in it tells"),
    ],
)
def test_an_unsettled_language_is_a_warning_that_says_what_to_do(title: str, part: str) -> None:
    record = one(entry(title=title))
    assert record.title == (Text(title),)
    issue = record.issues[0]
    assert (issue.stage, issue.severity, issue.identifier) == ("clean", "warning", "entry 1")
    assert part in issue.message
    assert "review list" in issue.message


def test_statements_of_the_source() -> None:
    stated = msgspec.structs.replace(
        entry(title="Radar", description=ABSTRACT),
        languages={"title": ("eng",), "description": ("es",)},
    )
    record = one(stated)
    assert record.title == (Text("Radar", "en"),)
    assert rules(record, "title") == ["language.declared"]
    assert record.description[0].language == "en"
    assert "the source says" in messages(record, "description")[0]
    unknown = one(msgspec.structs.replace(stated, languages={"title": ("tlh-x",)}))
    assert unknown.title[0].value == "Radar"
    assert messages(unknown, "title")


def test_the_resource_s_language_is_a_prior_and_is_made_canonical() -> None:
    record = one(entry(title="Analysis Report", language=("English; fre", "xyzzy", "und")))
    assert record.languages == ("en", "fr")
    assert [issue.value for issue in record.issues if issue.property == "language"] == ["xyzzy"]
    only = one(entry(title="Analysis Report", language="ENG"))
    assert (only.languages, only.title[0].language) == (("en",), "en")
    assert rules(only, "language") == ["language.tag"]


def test_dates_that_are_not_certain_are_issues() -> None:
    record = one(entry(title=TITLE, date=("n.d.", "2008-02-30", "2008", "2009")))
    assert record.issued == Date("2008", "gYear", "2008")
    assert [(issue.value, issue.severity) for issue in record.issues] == [
        ("2008-02-30", "warning"),
        ("2009", "info"),
    ]


def test_bad_links_and_identifiers_are_issues_and_passwords_are_never_shown() -> None:
    record = one(
        entry(
            title=TITLE,
            page=("javascript:alert(1)", "https://user:secret@library.example/a"),
            identifier=("ISBN 0-306-40615-3", "file:///x"),
            creator="A. B. 0000-0002-1825-0098",
            licence=("javascript://x", "https://u:secret@l.example/", "Ask us"),
            rights=("https://creativecommons.org/licenses/by/4.0/deed.en", "See the page"),
        )
    )
    assert record.pages == ("https://library.example/a",)
    assert record.identifiers == ("ISBN 0-306-40615-3",)
    assert record.licences == (
        "https://l.example/",
        "https://creativecommons.org/licenses/by/4.0/",
    )
    assert [text.value for text in record.rights] == ["Ask us", "See the page"]
    fields = [issue.property for issue in record.issues]
    assert fields == ["licence", "page", "page", "identifier", "identifier", "creator"]
    assert b"secret" not in msgspec.json.encode(record)


def test_the_address_of_a_fetched_page_is_the_base_of_its_links() -> None:
    record = entry(title=TITLE, page="b")
    fetched = msgspec.structs.replace(
        record, locator=Locator("a" * 64, "https://other.example/x/", "entry 1")
    )
    assert one(record).pages == ("https://library.example/list/b",)
    assert one(fetched).pages == ("https://other.example/x/b",)
    assert "homepage" in messages(one(record, homepage=""), "page")[0]


def test_defaults_fill_what_a_record_lacks_but_are_no_key() -> None:
    defaults = {"publisher": "The Library", "type": "Guidelines", "language": "en"}
    record = one(entry(title=TITLE, type=" "), defaults=defaults)
    assert record.publishers == (Agent("The Library"),)
    assert record.type_labels == ("Guidelines",)
    assert record.languages == ("en",)
    assert record.key.endswith("\x1f")
    assert one(entry(title=TITLE, publisher="B"), defaults=defaults).publishers == (Agent("B"),)


def test_a_record_without_title_or_key_is_kept_with_its_issues() -> None:
    record = one(entry(description=ABSTRACT))
    assert record.title == ()
    assert record.key.startswith("sha256:")
    assert "no title" in messages(record, "title")[0]
    assert "key field" in messages(record, "title, type")[0]
    by_link = one(entry(title=TITLE, page="HTTPS://Library.example/A"), key=("page",))
    assert by_link.key == "https://library.example/A"


def test_huge_values_are_cut_and_repeated_ones_dropped() -> None:
    record = one(entry(title=(TITLE, TITLE), description="word " * LONGEST))
    assert len(record.title) == 1
    assert len(record.description[0].value) <= LONGEST
    assert "cut off" in messages(record, "description")[0]


def test_issues_of_extraction_travel_along() -> None:
    issue = Issue("library", "entry 1", "extract", "title", "x", "warning", "m")
    record = one(msgspec.structs.replace(entry(title=TITLE), issues=(issue,)))
    assert record.issues == (issue,)


FIELDS = st.sampled_from(
    ["title", "description", "type", "language", "date", "creator", "publisher", "subject",
     "identifier", "page", "file", "licence", "rights", "extra"]
)  # fmt: skip
VALUES = st.one_of(
    st.text(st.characters(codec=None), max_size=30),
    st.sampled_from(["<b>", "&amp;amp;", "\ud800", "\x00", "\u202e", "http://[", "FinComĂșn"]),
)


@given(
    st.lists(
        st.dictionaries(FIELDS, st.lists(VALUES, max_size=3).map(tuple), max_size=6), max_size=3
    ),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_no_value_however_bad_raises(
    bad: list[dict[str, tuple[str, ...]]], is_markup: bool
) -> None:
    given_records = [
        SourceRecord(
            source="library",
            locator=Locator("a" * 64, "page.txt", f"entry {number}"),
            fields=fields,
            markup=tuple(fields) if is_markup else (),
        )
        for number, fields in enumerate(bad)
    ]
    records = clean(given_records, source(), LanguageSettings())
    assert len(records) == len(given_records)
    assert msgspec.json.decode(msgspec.json.encode(records), type=list[Record]) == records
    assert records == clean(given_records, source(), LanguageSettings())


def test_the_first_listing(shared: Path) -> None:
    text = next((shared / "seeds").glob("000_*.txt")).read_text(encoding="utf-8")
    lines = [line.strip() for line in text.split("\n\n")]
    entries = [
        entry(
            position=f"entry {number}",
            type=lines[place],
            title=lines[place + 1],
            description=lines[place + 2],
        )
        for number, place in enumerate(
            (place for place, line in enumerate(lines) if line in TYPES), 1
        )
    ]
    records = clean(entries, source(), LanguageSettings())
    titles = [record.title[0].language for record in records]
    abstracts = [record.description[0].language for record in records]
    assert titles == ["en", "es", "pt", "pt", "en", "en", "en", "en", "en", "en"]
    assert abstracts == ["en", "es", "pt", "es", "en", "en", "en", "en", "en", "en"]
    assert [record.languages for record in records][3:5] == [(), ("en",)]
    assert not [issue for record in records for issue in record.issues]
    changed = {
        evidence.before
        for record in records
        for evidence in record.evidence
        if evidence.rule.startswith("encoding.")
    }
    assert changed
    assert not any(mark in record.title[0].value for record in records for mark in "Ăș")


def test_values_mean_what_the_source_file_says() -> None:
    record = one(
        entry(title=TITLE, language=(" engl. ", "pt")),
        values={"language": {"engl.": "en"}, "title": {"other": "x"}},
    )
    assert record.languages == ("en", "pt")
    (change,) = [one for one in record.evidence if one.rule == "value.map"]
    assert (change.property, change.before, change.after) == ("language", " engl. ", "en")


def test_titles_in_several_languages_keep_theirs() -> None:
    both = msgspec.structs.replace(
        entry(title=("Radar", "Raio", "Radar")), languages={"title": ("en", "pt", "")}
    )
    assert one(both).title == (Text("Radar", "en"), Text("Raio", "pt"))


def test_a_sources_own_key_is_kept_to_the_letter() -> None:
    record = msgspec.structs.replace(entry(title=TITLE), key="oai:Example.org:A/1")
    live = {"kind": "oai-pmh", "location": "https://example.org/oai"}
    assert one(record, **live).key == "oai:Example.org:A/1"
    assert one(record, **live, key=("title",)).key == one(entry(title=TITLE), key=("title",)).key
    without = one(entry(title=TITLE), **live)
    assert without.key.startswith("sha256:")
    assert "every key field" in without.issues[-1].message
