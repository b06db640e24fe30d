"""One answer and its parts, well-formed or not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError, SourceError
from pipeline.extract import oai_answer, oai_repair
from pipeline.extract.oai_answer import Answer, Error, Token, read_answer
from tests.extract.oai_provider import (
    NOW,
    ROOT,
    Item,
    answer_of,
    dublin_core,
    listed,
    oai_source,
    payload_of,
    record,
)

ITEMS = [Item(f"oai:x:{n}", title=f"Title {n}") for n in range(1, 4)]
RECORDS = "".join(map(record, ITEMS))
GOES_ON = '<resumptionToken completeListSize="9" cursor="0"> a&amp;b </resumptionToken>'


def found(answer: Answer) -> list[tuple[str, bool, bool]]:
    return [(e.identifier, e.deleted, e.metadata is not None) for e in answer.entries]


def test_a_list_of_records() -> None:
    deleted = record(Item("oai:x:4", deleted=True))
    answer = answer_of(listed(RECORDS + deleted + GOES_ON))
    assert found(answer) == [(f"oai:x:{n}", n == 4, n != 4) for n in range(1, 5)]
    assert answer.token == Token("a&b", 9)
    assert (answer.verb, answer.date, answer.errors, answer.issues) == ("listrecords", NOW, (), ())


@pytest.mark.parametrize(
    ("element", "expected"),
    [
        ("", None),
        ("<resumptionToken/>", Token("", None)),
        ('<resumptionToken completeListSize="12"> \n</resumptionToken>', Token("", 12)),
        ('<resumptionToken completeListSize="unknown">x</resumptionToken>', Token("x", None)),
        ('<resumptionToken completeListSize="-1">x</resumptionToken>', Token("x", None)),
        (f'<resumptionToken completeListSize="{"9" * 40}">x</resumptionToken>', Token("x", None)),
    ],
)
def test_tokens(element: str, expected: Token | None) -> None:
    assert answer_of(listed(RECORDS + element)).token == expected


def test_errors_in_the_providers_words() -> None:
    answer = answer_of(f'{ROOT}<error code="badVerb"> no <b>verb</b></error><error/></OAI-PMH>')
    assert answer.errors == (Error("badVerb", " no verb"), Error("", ""))
    assert (answer.verb, answer.entries) == ("", ())


@pytest.mark.parametrize(
    "change",
    [
        (' xmlns="http://www.openarchives.org/OAI/2.0/"', ""),
        ("OAI/2.0/", "OAI/1.1/OAI_ListRecords"),
        ("OAI-PMH", "oai-pmh"),
        ("ListRecords", "GetRecord"),
        ("<record>", "<record><!-- one -->"),
        ("<header>", "<header >\n"),
        ("</identifier>", "\n</identifier>"),
        ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc"),
    ],
)
def test_other_spellings_of_the_same(change: tuple[str, str]) -> None:
    text = listed(RECORDS)
    assert change[0] in text
    assert found(answer_of(text.replace(*change))) == found(answer_of(text))


def test_prefixes_of_any_form() -> None:
    text = listed(RECORDS + GOES_ON)
    for name in ("OAI-PMH", "ListRecords", "record", "header", "identifier", "metadata",
                 "resumptionToken", "responseDate"):  # fmt: skip
        text = text.replace(f"<{name}", f"<o:{name}").replace(f"</{name}", f"</o:{name}")
    text = text.replace("xmlns=", "xmlns:o=")
    assert answer_of(text).token == Token("a&b", 9)
    assert found(answer_of(text)) == found(answer_of(listed(RECORDS)))
    broken = text.replace("Title 2", "Title <2")
    assert found(answer_of(broken)) == [
        ("oai:x:1", False, True), ("oai:x:2", False, False), ("oai:x:3", False, True),
    ]  # fmt: skip
    assert answer_of(broken).token == Token("a&b", 9)


@pytest.mark.parametrize("root", ["records", "metadata", "ListRecords", "anything"])
def test_bare_lists(root: str) -> None:
    answer = answer_of(f"<{root}>{RECORDS}{GOES_ON}</{root}>")
    assert found(answer) == found(answer_of(listed(RECORDS)))
    assert answer.verb == "listrecords"
    assert answer.token == Token("a&b", 9)


def test_a_bare_record_and_lists_in_lists() -> None:
    assert len(answer_of(record(ITEMS[0])).entries) == 1
    nested = f"<a><b>{record(ITEMS[0])}</b><c><d/>{record(ITEMS[1])}</c>{record(ITEMS[2])}</a>"
    assert found(answer_of(nested)) == found(answer_of(listed(RECORDS)))


def test_records_within_the_metadata_are_no_entries() -> None:
    marc = "<record><leader/></record>"
    text = listed(f"<record><header/><metadata>{marc}</metadata></record>")
    answer = answer_of(text)
    assert [(e.identifier, e.position) for e in answer.entries] == [("", "record 1")]
    assert [e.metadata.tag for e in answer.entries if e.metadata is not None] == [
        "{http://www.openarchives.org/OAI/2.0/}record"
    ]


@pytest.mark.parametrize(
    ("content", "root"),
    [
        ("<metadata/>", None),
        ("<metadata> text </metadata>", None),
        (f"<metadata><!-- c -->{dublin_core('')}</metadata>", "dc"),
        ("<metadata><title>a</title><date>b</date></metadata>", "metadata"),
        ("<metadata><dc><title>a</title></dc><x/></metadata>", "dc"),
        ("<metadata/><metadata><dc/></metadata>", "dc"),
        ("<about/>", None),
    ],
)
def test_where_the_metadata_begins(content: str, root: str | None) -> None:
    text = listed(f"<record><header/>{content}</record>")
    (entry,) = answer_of(text).entries
    given = None if entry.metadata is None else str(entry.metadata.tag).rpartition("}")[2]
    assert given == root


def test_a_record_without_a_header_is_its_own_metadata() -> None:
    answer = answer_of("<records><record><title>a</title></record><record/></records>")
    assert [e.metadata is not None for e in answer.entries] == [True, False]


@pytest.mark.parametrize("verb", ["Identify", "ListSets", "ListMetadataFormats", "ListIdentifiers"])
def test_answers_to_other_verbs(verb: str) -> None:
    whole = answer_of(f"{ROOT}<{verb}><resumptionToken>x</resumptionToken></{verb}></OAI-PMH>")
    assert (whole.verb, whole.token) == (verb.lower(), Token("x", None))
    old = answer_of(f"<{verb}><responseDate>{NOW}</responseDate></{verb}>")
    assert (old.verb, old.date, old.entries) == (verb.lower(), NOW, ())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<rss><channel/></rss>", "is no answer of OAI-PMH and no list of records: its root is"),
        ("<!doctype html><title>Log in</title>", "is no answer of OAI-PMH: it begins '<!doctype"),
        ("broken xml", "is no answer of OAI-PMH: it begins 'broken xml'"),
        (f"{ROOT}<Identify>", "is not well-formed XML"),
        ("%PDF-1.7", "it is a PDF"),
    ],
)
def test_what_is_no_answer(text: str, told: str) -> None:
    with pytest.raises(SourceError, match=r"^list\.xml: ") as caught:
        answer_of(text)
    assert told in str(caught.value)
    assert caught.value.next_step


def test_entities_stop_the_source_before_anything_is_read() -> None:
    attack = '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    text = listed(RECORDS.replace("Title 1", "&f;")).replace("<OAI-PMH", f"{attack}<OAI-PMH")
    with pytest.raises(SourceError, match=r"list\.xml: declares XML entities"):
        answer_of(text)
    quoted = listed(RECORDS.replace("Title 1", f"<![CDATA[{attack}]]>"))
    assert len(answer_of(quoted).entries) == 3


def test_too_many_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oai_answer, "MOST_ENTRIES", 2)
    monkeypatch.setattr(oai_repair, "MOST_ENTRIES", 2)
    for text in (listed(RECORDS), listed(RECORDS.replace("Title", "&"))):
        with pytest.raises(SourceError, match="has 3 records; expected at most 2"):
            answer_of(text)


# What is not well-formed


@pytest.mark.parametrize(
    ("title", "note"),
    [
        ("Title\x0b 2", "characters that XML forbids were removed: 1"),
        (
            "Title&#11; 2&#x1F;&#0;&#99999999;&#xD800;",
            "characters that XML forbids were removed: 5",
        ),
        ("Title\ufffe 2", "characters that XML forbids were removed: 1"),
        ("Title&nbsp;2", "'&' that XML does not know were read as text: 1"),
        ("Title & 2", "'&' that XML does not know were read as text: 1"),
        ("Title &eacute; &AT&T; 2 &#233; &amp;", "'&' that XML does not know were read as text: 3"),
    ],
)
def test_a_record_that_can_be_repaired_is(title: str, note: str) -> None:
    text = listed(RECORDS.replace("Title 2", title) + GOES_ON)
    answer = answer_of(text)
    assert found(answer) == found(answer_of(listed(RECORDS)))
    assert [len(entry.notes) for entry in answer.entries] == [0, 1, 0]
    assert note in answer.entries[1].notes[0]
    assert (answer.token, answer.date, answer.issues) == (Token("a&b", 9), NOW, ())


def test_what_a_repaired_text_says() -> None:
    text = listed(record(Item("a", title="&eacute;&unknown;<![CDATA[ & &nbsp; ]]>&AMP;\x01a\x0bb")))
    (entry,) = answer_of(text).entries
    assert entry.metadata is not None
    assert entry.metadata[0].text == "é&unknown; & &nbsp; &a b"


@pytest.mark.parametrize(
    ("title", "reason"),
    [
        ("Title <2", "StartTag: invalid element name"),
        ("Title</b> 2", "Opening and ending tag mismatch"),
        ("<i>Title 2", "Opening and ending tag mismatch"),
        ("<x:y/>Title 2", "Namespace prefix x on y is not defined"),
        ("<i a=1/>Title 2", "AttValue"),
        ("</dc:title></oai_dc:dc></metadata></record><record>Title 2", "mismatch"),
    ],
)
def test_a_record_that_cannot_be_repaired_is_left_out_alone(title: str, reason: str) -> None:
    answer = answer_of(listed(RECORDS.replace("Title 2", title) + GOES_ON))
    assert [e.identifier for e in answer.entries] == ["oai:x:1", "oai:x:2", "oai:x:3"]
    assert [e.metadata is None for e in answer.entries] == [False, True, False]
    assert reason in answer.entries[1].problem
    assert "line" not in answer.entries[1].problem
    assert answer.entries[1].position == "record oai:x:2"
    assert answer.token == Token("a&b", 9)


def test_a_record_without_an_identifier_is_named_by_its_place() -> None:
    broken = "<record><header></header><metadata><<</metadata></record>"
    answer = answer_of(listed(RECORDS + broken))
    assert answer.entries[3].position == "record 4"


def test_a_deletion_is_taken_from_a_broken_record_too() -> None:
    broken = record(Item("oai:x:9", deleted=True)).replace(
        "</record>", "<about><b></about></record>"
    )
    assert found(answer_of(listed(RECORDS + broken)))[3] == ("oai:x:9", True, False)


def test_prefixes_are_taken_from_the_elements_around_a_record() -> None:
    bare = "<record><header><identifier>a</identifier></header><metadata><dc:dc><dc:title>T{}"
    bare += "</dc:title></dc:dc></metadata></record>"
    text = listed(bare.format("") + bare.format("<")).replace(
        "<OAI-PMH ", "<OAI-PMH xmlns:dc='http://purl.org/dc' "
    )
    text = text.replace(
        "<ListRecords>", '<ListRecords xmlns:dc="http://purl.org/dc/elements/1.1/">'
    )
    first, second = answer_of(text).entries
    assert second.problem
    assert first.metadata is not None
    assert first.metadata[0].tag == "{http://purl.org/dc/elements/1.1/}title"


@pytest.mark.parametrize("before", ["Warning: mysql_connect() in <b>/oai.php</b>\n", "\n\n oops"])
@pytest.mark.parametrize("after", ["", "<!-- 0.2 s --><script>track()</script>", " bye"])
def test_a_servers_warnings_around_an_answer_are_left_out(before: str, after: str) -> None:
    answer = answer_of(before + listed(RECORDS + GOES_ON) + after)
    assert found(answer) == found(answer_of(listed(RECORDS)))
    assert answer.root is not None
    (issue,) = answer.issues
    assert "list.xml: text that is no part of it was left out: " in issue.message
    assert issue.identifier == ""


def test_an_answer_within_another_page_is_none() -> None:
    page = f"<html>{'<p>' * 40_000}{listed(RECORDS)}</html>"
    answer = answer_of(page)
    assert found(answer) == found(answer_of(listed(RECORDS)))
    assert "read one by one" in answer.issues[0].message


def test_two_records_in_the_place_of_one_are_a_broken_record() -> None:
    broken = f"{record(ITEMS[1])}<record>and more</record><"
    answer = answer_of(listed(record(ITEMS[0]) + broken + record(ITEMS[2])))
    assert [entry.problem for entry in answer.entries] == ["", "it is not one element", ""]


def test_an_identifier_is_cut_at_the_limit_of_keys() -> None:
    (entry,) = answer_of(listed(record(Item("x" * 100_001)))).entries
    assert entry.identifier == "x" * 100_000


def test_space_before_the_declaration_is_no_matter() -> None:
    assert answer_of("\n " + listed(RECORDS)).issues == ()


def test_a_warning_and_a_broken_record() -> None:
    answer = answer_of("Warning!" + listed(RECORDS.replace("Title 2", "<")))
    assert [bool(e.problem) for e in answer.entries] == [False, True, False]
    assert len(answer.issues) == 1


def test_a_broken_frame_is_told_where_no_record_is_broken() -> None:
    text = listed(RECORDS).replace("<responseDate>", "<responseDate><")
    answer = answer_of(text)
    assert found(answer) == found(answer_of(listed(RECORDS)))
    (issue,) = answer.issues
    assert "is not well-formed, so its records were read one by one" in issue.message


@pytest.mark.parametrize("where", ["</record>", "Title 3", "</ListRecords>"])
def test_an_answer_that_is_cut_off_is_refused(where: str) -> None:
    text = listed(RECORDS)
    cut = text[: text.rindex(where) + 3]
    with pytest.raises(SourceError, match=r"list\.xml: is cut off: it ends before its list"):
        answer_of(cut)


def test_a_text_of_nothing_but_slips_is_not_repaired() -> None:
    answer = answer_of(listed(RECORDS.replace("Title 2", "& " * 10_001)))
    assert [bool(entry.problem) for entry in answer.entries] == [False, True, False]


def test_a_broken_answer_without_errors_or_records_is_refused() -> None:
    with pytest.raises(SourceError, match="is not well-formed XML"):
        answer_of(f"{ROOT}<ListSets><</ListSets></OAI-PMH>")


def test_an_answer_cut_off_behind_its_token_is_read() -> None:
    text = listed(RECORDS + GOES_ON)
    assert answer_of(text[: text.index("</ListRecords>")]).token == Token("a&b", 9)


def test_a_broken_answer_without_records_is_repaired_or_refused() -> None:
    told = (
        f"<repositoryName>Smith & Sons\x02</repositoryName><description>{' ' * 200}</description>"
    )
    answer = answer_of(f"{ROOT}<Identify>{told}</Identify></OAI-PMH>")
    assert answer.verb == "identify"
    assert [issue.message for issue in answer.issues] == [
        "list.xml: characters that XML forbids were removed: 1",
        "list.xml: '&' that XML does not know were read as text: 1",
    ]
    broken = answer_of(f'{ROOT}<error code="badArgument" >from < until &amp;</error></OAI-PMH>')
    assert broken.errors == (Error("badArgument", "from"),)
    assert "is not well-formed" in broken.issues[0].message


def test_nul_bytes() -> None:
    answer = answer_of(listed(RECORDS).replace("Title", "Ti\0tle"))
    assert found(answer) == found(answer_of(listed(RECORDS)))
    assert [issue.message for issue in answer.issues] == [
        "list.xml: NUL characters were removed: 3"
    ]
    with pytest.raises(SourceError, match="NUL"):
        answer_of(listed(RECORDS).replace(" ", "\0" * 50))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings(encoding: str) -> None:
    text = listed(record(Item("a", title="Économie"))).replace("UTF-8", encoding)
    (entry,) = answer_of(text.encode(encoding)).entries
    assert entry.metadata is not None
    assert entry.metadata[0].text == "Économie"


def test_what_declares_another_encoding_and_is_utf8_is_told() -> None:
    text = listed(record(Item("a", title="Économie"))).replace("UTF-8", "ISO-8859-1")
    assert "says iso8859-1" in answer_of(text).issues[0].message
    assert "says iso8859-1" in answer_of(listed(text), charset="latin1").issues[0].message


def test_a_configured_encoding_is_checked() -> None:
    with pytest.raises(SettingsError, match="encoding"):
        read_answer(payload_of(listed(RECORDS)), oai_source(encoding="utf-9"))


HOSTILE = {
    "records": "<record><header>",
    "unclosed record": "<record ",
    "space": "<record>" + " " * 400,
    "comment": "<!--",
    "cdata": "<![CDATA[",
    "error": '<error code="a ',
    "attribute": "<error a='' b='' ",
    "token": "<resumptionToken ",
    "declared": " xmlns:a='b' ",
    "quote": ' xmlns="',
    "reference": "&#x",
    "ampersand": "&",
    "root": "<OAI-PMH ",
    "end": "</record",
}


@pytest.mark.slow
@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_answers_take_bounded_time(piece: str) -> None:
    many = piece * (2_000_000 // len(piece))
    started = time.process_time()
    for text in (many, listed(many), listed(RECORDS + many), ROOT + many + RECORDS):
        read_or_refused(text)
    assert time.process_time() - started < 20


def read_or_refused(text: str) -> None:
    """Read an answer; what is wrong with it is a `SourceError` that names it, and nothing else."""
    where, positions = "", []
    try:
        positions = [entry.position for entry in answer_of(text).entries]
    except SourceError as error:
        where = error.where
    assert where in {"", "list.xml"}
    assert all(position.startswith("record ") for position in positions)


@given(st.lists(st.sampled_from([
    "<record>", "</record>", "<header>", "<header status='deleted'>", "</header>", "<identifier>a",
    "</identifier>", "<metadata>", "</metadata>", "<dc>", "</dc>", "<", "&", "&#0;", "]]>",
    "<![CDATA[", "<!--", "-->", "<resumptionToken>x</resumptionToken>", "text", "\x00",
    "</OAI-PMH>", "<error code='x'>", "<ListRecords>", "</ListRecords>", ROOT,
]), max_size=25))  # fmt: skip
def test_any_soup_gives_an_answer_or_a_source_error(pieces: list[str]) -> None:
    soup = "".join(pieces)
    for text in (soup, listed(soup), listed(RECORDS + soup)):
        read_or_refused(text)
