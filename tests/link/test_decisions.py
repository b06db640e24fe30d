"""Decisions of persons: reading, taking up a review, every kind of bad row, what they change."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.link import link, review
from pipeline.link.decisions import Decision, Decisions, excerpt, load_decisions, take_up
from pipeline.model import Evidence, Record, ReviewLine, Text
from pipeline.settings import Source
from pipeline.vocabulary import Vocabulary

BASE = "https://catalogue.example/"
NOW = "2026-11-24T19:00:00Z"
RISK, COMPLAINTS = BASE + "subject/risk", BASE + "subject/complaints"
MakeRecord = Callable[..., Record]
Take = Callable[..., int]


@pytest.fixture
def take(tmp_path: Path, own: Vocabulary, small: Vocabulary) -> Take:
    merged = msgspec.structs.replace(own, concepts=small.concepts)

    def run(rows: str, known: tuple[str, ...] = ("src-a", "src-b"), now: str = NOW) -> int:
        review_file = tmp_path / "review.csv"
        review_file.write_text(rows, encoding="utf-8")
        return take_up(review_file, tmp_path, BASE, known, merged, now)

    return run


def stored(folder: Path) -> str:
    return (folder / "input" / "decisions.csv").read_text(encoding="utf-8")


def test_no_file_is_no_decisions(tmp_path: Path) -> None:
    assert load_decisions(tmp_path, BASE) == Decisions()


def test_a_review_is_taken_up(tmp_path: Path, take: Take) -> None:
    taken = take(
        "record,title,property,value,label,question,decision,by\n"
        f"src-b,T,subject,{RISK},Risk,?,Accept,Ana\n"
        "src-a,T,subject,subject/risk,Risk,?,reject,\n"
        f"src-a,T,subject,{COMPLAINTS},Complaints,?,,\n"
        "src-a,T,title,'=A title,,?,pt-br,\n"
        "src-a,T,description,An abstract,,?,NONE,\n"
        "src-a,T,identity,src-b,,?,same,\n"
    )
    assert taken == 5
    assert stored(tmp_path) == (
        "record,property,value,decision,label,by,date\n"
        "src-a,description,An abstract,none,,,2026-11-24\n"
        "src-a,identity,src-b,same,,,2026-11-24\n"
        "src-a,subject,subject/risk,reject,Risk,,2026-11-24\n"
        "src-a,title,'=A title,pt-BR,,,2026-11-24\n"
        "src-b,subject,subject/risk,accept,Risk,Ana,2026-11-24\n"
    )
    found = load_decisions(tmp_path, BASE)
    assert found.subjects == {"src-a": {RISK: False}, "src-b": {RISK: True}}
    assert found.languages == {
        "src-a": {("title", "=A title"): "pt-BR", ("description", "An abstract"): ""}
    }
    assert found.identities == {("src-a", "src-b"): True}
    assert found.lines[0] == Decision(
        "src-a", "description", "An abstract", "none", "", "", "2026-11-24"
    )


def test_a_later_decision_replaces_an_earlier_one(tmp_path: Path, take: Take) -> None:
    header = "decision;record;property;value\r\n"
    take(f"{header}accept;src-a;subject;{RISK}\r\nreject;src-a;subject;{COMPLAINTS}\r\n")
    before = stored(tmp_path)
    take(f"{header}accept;src-a;subject;{RISK}\r\n", now="2027-01-01T00:00:00Z")
    assert stored(tmp_path) == before
    take(f"{header}reject;src-a;subject;{RISK}\r\n", now="2027-01-01T00:00:00Z")
    assert load_decisions(tmp_path, BASE).subjects == {"src-a": {RISK: False, COMPLAINTS: False}}
    assert "subject/risk,reject,,,2027-01-01" in stored(tmp_path)


def test_a_review_without_decisions_changes_nothing(tmp_path: Path, take: Take) -> None:
    assert take(f"record,property,value,decision\nsrc-a,subject,{RISK},\n") == 0
    assert load_decisions(tmp_path, BASE) == Decisions()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (f"src-z,subject,{RISK},accept", "no record 'src-z'"),
        (f",subject,{RISK},accept", "column record is empty"),
        ("src-a,subject,,accept", "column value is empty"),
        ("src-a,title,,es", "column value is empty"),
        (f"src-a,subject,{RISK},yes", "write accept or reject"),
        ("src-a,subject,subject/rsk,accept", "no concept of the subject scheme"),
        (f"src-a,subject,{BASE}type/map,accept", "no concept of the subject scheme"),
        ("src-a,subject,subject/a b,accept", "no IRI"),
        ("src-a,colour,red,accept", "property 'colour' is unknown"),
        (",,,x", "column record is empty"),
        ("src-a,title,T,spanish", "write es"),
        ("src-a,title,T,português", "write pt"),
        ("src-a,title,T,e5", "no language tag"),
        ("src-a,title,T,es-", "no language tag"),
        ("src-a,title,T,qq", "the tag of no language"),
        ("src-a,identity,src-b,yes", "write same or different"),
        ("src-a,identity,src-z,same", "no record 'src-z'"),
    ],
)
def test_every_kind_of_bad_row(tmp_path: Path, take: Take, row: str, told: str) -> None:
    good = f"src-a,subject,{COMPLAINTS},accept\n"
    with pytest.raises(SettingsError) as caught:
        take(f"record,property,value,decision\n{good}{row}\n")
    assert told in caught.value.what
    assert "line 3" in caught.value.what
    assert caught.value.where.endswith("review.csv:3")
    assert not (tmp_path / "input").exists()


def test_rows_that_contradict_each_other(take: Take) -> None:
    row = f"src-a,subject,{RISK}"
    assert take(f"record,property,value,decision\n{row},accept\n{row},accept\n") == 1
    with pytest.raises(SettingsError, match=r"line 3: contradicts line 2 \(accept\)"):
        take(f"record,property,value,decision\n{row},accept\n{row},reject\n")


def test_all_mistakes_are_told_at_once(take: Take) -> None:
    rows = "".join(f"src-z{number},subject,{RISK},accept\n" for number in range(30))
    with pytest.raises(SettingsError) as caught:
        take(f"record,property,value,decision\n{rows}")
    assert caught.value.what.startswith("30 row(s)")
    assert "src-z19" in caught.value.what
    assert "src-z20" not in caught.value.what
    assert caught.value.what.endswith("and 10 more")


def test_bad_rows_in_the_decisions_are_told(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    file = tmp_path / "input" / "decisions.csv"
    file.write_text(
        "record,property,value,decision\nsrc-a,subject,subject/gone,accept\n"
        "src-a,subject,subject/risk,maybe\nsrc-a,title,T,Spanish\n"
    )
    with pytest.raises(SettingsError) as caught:
        load_decisions(tmp_path, BASE)
    assert caught.value.where.endswith("decisions.csv:3")
    assert "line 3" in caught.value.what
    assert "line 4: 'spanish' is no language tag" in caught.value.what


@given(st.text(max_size=300))
def test_an_excerpt_recognises_its_text(text: str) -> None:
    short = excerpt(text)
    assert excerpt(short) == short
    assert len(short) <= 200
    assert excerpt("  ".join(text.split())) == short
    assert excerpt(f"'{text}") in (short, excerpt(f"'{text}"))


# What decisions change


def decided(record: Record, field: str, text: str, tag: str) -> Decisions:
    return Decisions(languages={record.id: {(field, excerpt(text)): tag}})


def test_a_decided_language_is_the_texts(
    own: Vocabulary, source: Source, make_record: MakeRecord
) -> None:
    record = msgspec.structs.replace(
        make_record(language=""),
        title=(Text("Quejas"),),
        description=(Text("Finanzas verdes", "es"),),
    )
    (linked,) = link([record], own, source, decided(record, "title", "Quejas", "es"))
    assert linked.title == (Text("Quejas", "es"),)
    assert linked.languages == ("es",)
    assert linked.evidence == (Evidence("title", "decision", "Quejas", "es"),)
    assert linked.suggestions[0].label == Text("quejas", "es") or linked.suggestions
    again = link([linked], own, source, decided(record, "title", "Quejas", "es"))
    assert again == [linked]
    (split,) = link([record], own, source, decided(record, "title", "Quejas", "pt"))
    assert split.languages == ()


@pytest.mark.parametrize(
    ("languages", "expected"), [((), ()), (("es",), ()), (("en",), ("en",)), (("fr", "en"),) * 2]
)
def test_the_resources_language_follows_its_texts(
    own: Vocabulary,
    source: Source,
    make_record: MakeRecord,
    languages: tuple[str, ...],
    expected: tuple[str, ...],
) -> None:
    record = make_record("Um título", "Un resumen", language="es")
    record = msgspec.structs.replace(record, languages=languages)
    (linked,) = link([record], own, source, decided(record, "title", "Um título", "pt"))
    assert linked.title == (Text("Um título", "pt"),)
    assert linked.languages == expected


def test_a_decision_about_another_text_is_not_applied(
    own: Vocabulary, source: Source, make_record: MakeRecord
) -> None:
    record = make_record("A corrected title", language="")
    (linked,) = link([record], own, source, decided(record, "title", "A title", "en"))
    assert linked.title == record.title
    assert linked.evidence == ()


# Questions


def test_open_questions(small: Vocabulary, source: Source, make_record: MakeRecord) -> None:
    record = msgspec.structs.replace(
        make_record("On risk", language="en"), description=(Text("Un\nresumen " + "x" * 300),)
    )
    (linked,) = link([record], small, source, Decisions())
    subject, language = review([linked])
    assert subject == ReviewLine(record.id, "On risk", "subject", RISK, "Risk", subject.question)
    assert "accept or reject" in subject.question
    assert (language.property, language.title) == ("description", "On risk")
    assert language.value == excerpt("Un resumen " + "x" * 300)
    assert "none" in language.question


def test_no_question_is_asked_twice(
    tmp_path: Path, small: Vocabulary, own: Vocabulary, source: Source, make_record: MakeRecord
) -> None:
    """A review that is answered in full, as a spreadsheet gives it back, leaves no question."""
    merged = msgspec.structs.replace(own, concepts=small.concepts)
    records = [
        make_record("=Risk", "Climate risk and complaint handling", number=1),
        make_record("'=Quejas", "@x", language="", number=2),
        make_record('Sem língua, «quoted» "text"; and\nlines', language="", number=3),
    ]
    linked = link(records, merged, source, Decisions())
    questions = review(linked)
    assert {one.property for one in questions} == {"subject", "title", "description"}
    answers = {"title": "PT", "description": "none"}
    with (tmp_path / "review.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(ReviewLine.__struct_fields__)
        for number, one in enumerate(questions):
            choice = answers.get(one.property, "accept" if number % 2 else "reject")
            cells = msgspec.structs.astuple(msgspec.structs.replace(one, decision=choice))
            writer.writerow(f"'{cell}" if cell.lstrip("'")[:1] in "=@" else cell for cell in cells)
    ids = [one.id for one in records]
    known = take_up(tmp_path / "review.csv", tmp_path, BASE, ids, merged, NOW)
    assert known == len(questions)
    again = link(records, merged, source, load_decisions(tmp_path, BASE))
    assert review(again) == []
    assert sum(len(one.subjects) for one in again) == sum(
        1 for number, one in enumerate(questions) if one.property == "subject" and number % 2
    )
