"""The memory of cleaned records: what is found in it is what cleaning would come to."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import batch, harvest, remembered
from pipeline.batch import Batch, clean_batch, made_of, read_batch
from pipeline.catalogue_folder import load_settings
from pipeline.clean import Cleaned, clean, clean_payload
from pipeline.model import Issue, Locator, Record, SourceRecord
from pipeline.remembered import NOTHING, Memory, forget_others, key_of, memory_of
from pipeline.settings import LanguageSettings, Settings, Source
from tests.small_catalogue import QUICK, SmallCatalogue, entries

RULES = "ab" * 32
SOUND = (
    "The ledger of the village was shown to each member before the meeting.",
    "A guide for loan officers who explain accounts",
    "Guía para las oficinas de crédito y sus clientes en el pueblo",
    "Relatório sobre a cobrança com dignidade",
    "",
)
DAMAGED = (
    "El FinComĂșn de la regiĂłn y sus relaciones con cada socio",
    "CobranĂ§a com dignidade no FinComĂșn e relaçÔes com as famĂlias",
    "A condiçÔes sem outra palavra",  # reversed only where others show the damage
    "Ătudes de cas",
)


def source(**more: object) -> Source:
    told: dict[str, object] = {"kind": "html-listing", "location": "x.html", "name": "s",
                               "languages": ("en", "es", "pt")}  # fmt: skip
    return Source(**{**told, **more})  # type: ignore[arg-type]


def settings(folder: Path) -> Settings:
    small = SmallCatalogue(folder)
    small.write(entries(1))
    return load_settings(folder)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings(tmp_path_factory.mktemp("known") / "small")


class Scene:
    """A source that is cleaned again and again, by batches of one."""

    def __init__(self, folder: Path, known: Settings, rules: str = RULES) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.known = folder, known
        self.memory = Memory(folder / "memory.sqlite", rules)
        self.runs = 0

    def clean(self, records: Sequence[SourceRecord]) -> tuple[list[Record], int]:
        """Return the cleaned records, and how many had to be made."""
        self.runs += 1
        file = self.folder / f"batch-{self.runs}"
        self.memory.begin()
        done = clean_batch(Batch(tuple(records), source(), self.known, file, self.memory))
        made = len(list(made_of([file])))
        self.memory.keep(set(done.remembered), made_of([file]))
        return read_batch(file), made


def plain(records: Sequence[SourceRecord]) -> list[Record]:
    return clean(list(records), source(), LanguageSettings())


def entry(
    title: str, text: str = SOUND[0], payload: str = "p", place: int = 1, **more: object
) -> SourceRecord:
    return SourceRecord(
        source="s",
        locator=Locator(payload, f"{payload}.html", f"entry {place}"),
        fields={"title": (title,), "description": (text,)},
        **more,  # type: ignore[arg-type]
    )


Drawn = tuple[str, str, str, bool]
TEXTS = st.sampled_from((*SOUND, *DAMAGED))
ENTRIES = st.lists(
    st.tuples(st.sampled_from(("one", "two", "three", *DAMAGED)), TEXTS, st.sampled_from("pq"),
              st.booleans()),
    max_size=6,
)  # fmt: skip


def listing(drawn: Sequence[Drawn]) -> list[SourceRecord]:
    """Return entries where they stand: what they are is drawn, where they are is their number."""
    found = []
    for place, (title, text, payload, odd) in enumerate(drawn):
        position = f"entry {place}"
        issue = Issue("s", position if odd else "elsewhere", "extract", "", "", "warning", "odd")
        found.append(entry(title, text, payload, place, issues=(issue,) * (place % 2)))
    return found


@given(st.lists(ENTRIES, min_size=2, max_size=4))
def test_whatever_came_before_the_records_are_those_of_cleaning(
    known: Settings, tmp_path_factory: pytest.TempPathFactory, drawn: list[list[Drawn]]
) -> None:
    scene = Scene(tmp_path_factory.mktemp("scene"), known)
    for some in drawn:
        records = listing(some)
        assert scene.clean(records)[0] == plain(records)


def test_what_has_not_changed_is_not_made_again(tmp_path: Path, known: Settings) -> None:
    scene = Scene(tmp_path, known)
    records = [entry("one"), entry("two", place=2)]
    assert scene.clean(records)[1] == 2
    assert scene.clean(records)[1] == 0
    moved = [entry("new"), entry("one", place=2), entry("two", payload="other", place=1)]
    cleaned, made = scene.clean(moved)
    assert made == 2  # the new one, and the one on another page: links are resolved on its address
    assert [one.locator for one in cleaned] == [one.locator for one in moved]
    cleaned, made = scene.clean(moved[:2][::-1])
    assert (made, [one.title[0].value for one in cleaned]) == (0, ["one", "new"])


def test_a_damaged_payload_is_judged_as_a_whole(tmp_path: Path, known: Settings) -> None:
    scene = Scene(tmp_path, known)
    sound, lone = entry("A condiçÔes sem outra palavra"), entry(DAMAGED[0], DAMAGED[1], place=2)
    assert scene.clean([sound])[0] == plain([sound])
    cleaned, made = scene.clean([sound, lone])
    assert made == 2
    assert cleaned == plain([sound, lone])
    assert cleaned[0].title[0].value == "A condições sem outra palavra"
    assert scene.clean([sound, lone])[1] == 0
    cleaned, made = scene.clean([sound, lone, entry("three", place=3)])
    assert (made, cleaned[0].title[0].value) == (3, "A condições sem outra palavra")
    assert scene.clean([sound])[0] == plain([sound])


def test_issues_say_where_the_entry_stands_now(tmp_path: Path, known: Settings) -> None:
    scene = Scene(tmp_path, known)
    scene.clean([entry("")])
    (cleaned,), made = scene.clean([entry("", place=7)])
    assert made == 0
    assert cleaned.issues
    assert {issue.identifier for issue in cleaned.issues} == {"entry 7"}


def test_other_rules_find_nothing(tmp_path: Path, known: Settings) -> None:
    record = entry("one")
    assert key_of(record, RULES) != key_of(record, "cd" * 32)
    scene = Scene(tmp_path, known)
    scene.clean([record])
    other = Scene(tmp_path, known, "cd" * 32)
    assert other.clean([record])[1] == 1
    with closing(sqlite3.connect(other.memory.file or "")) as connection:
        assert connection.execute("SELECT count(*) FROM remembered").fetchone() == (1,)


def test_the_rules_are_all_that_cleaning_goes_by(tmp_path: Path) -> None:
    def rules(one: Source, thresholds: LanguageSettings, software: str) -> str:
        return memory_of(tmp_path, one, thresholds, software).rules

    usual = rules(source(), LanguageSettings(), "code")
    assert usual == rules(source(file="elsewhere.toml"), LanguageSettings(), "code")
    others = {
        rules(source(), LanguageSettings(), "other code"),
        rules(source(), LanguageSettings(accept=0.8), "code"),
        rules(source(languages=("en",)), LanguageSettings(), "code"),
        rules(source(homepage="https://example.org/"), LanguageSettings(), "code"),
        rules(source(defaults={"type": "x"}), LanguageSettings(), "code"),
        rules(source(values={"type": {"a": "b"}}), LanguageSettings(), "code"),
        rules(source(key=("title",)), LanguageSettings(), "code"),
    }
    assert len(others | {usual}) == 8
    assert memory_of(tmp_path, source(), LanguageSettings(), "") == NOTHING


@pytest.mark.parametrize("harm", ["nothing", "text", "cut", "rubbish", "emptied", "folder"])
def test_a_file_that_is_damaged_costs_only_time(tmp_path: Path, known: Settings, harm: str) -> None:
    scene = Scene(tmp_path, known)
    records = [entry(f"number {place}", place=place) for place in range(60)]
    expected = scene.clean(records)[0]
    file = scene.memory.file
    assert file is not None
    if harm == "text":
        file.write_text("no database", "utf-8")
    elif harm == "cut":
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    elif harm == "rubbish":
        data = bytearray(file.read_bytes())
        data[len(data) // 2 :] = b"\xff" * (len(data) - len(data) // 2)
        file.write_bytes(data)
    elif harm == "emptied":
        file.write_bytes(b"")
    elif harm == "folder":
        file.unlink()
        file.mkdir()
    cleaned, made = scene.clean(records)
    assert cleaned == expected
    assert (made == 0) == (harm == "nothing")
    if harm != "folder":
        assert scene.clean(records) == (expected, 0)


def test_a_value_that_is_damaged_is_made_again(tmp_path: Path, known: Settings) -> None:
    scene = Scene(tmp_path, known)
    expected = scene.clean([entry("one")])[0]
    with closing(sqlite3.connect(scene.memory.file or "")) as connection, connection:
        ((value,),) = connection.execute("SELECT value FROM remembered")
        connection.execute("UPDATE remembered SET value = ?", (value[:-2] + b"xx",))
    assert scene.clean([entry("one")]) == (expected, 1)
    assert scene.clean([entry("one")]) == (expected, 0)


def test_what_is_not_used_goes_where_it_is_much(tmp_path: Path, known: Settings) -> None:
    scene = Scene(tmp_path, known)

    def count() -> int:
        with closing(sqlite3.connect(scene.memory.file or "")) as connection:
            return int(connection.execute("SELECT count(*) FROM remembered").fetchone()[0])

    scene.clean([entry(f"number {place}") for place in range(10)])
    scene.clean([entry(f"number {place}") for place in range(5, 15)])
    assert count() == 15
    scene.clean([entry(f"number {place}") for place in range(14, 24)])
    assert count() == 10
    assert scene.clean([entry("number 14")])[1] == 0
    assert count() == 1
    assert scene.memory.file is not None
    scene.memory.keep(None, [])  # a harvest of changes does not say what is not used
    assert count() == 1


def test_a_lone_surrogate_is_no_obstacle(tmp_path: Path, known: Settings) -> None:
    scene = Scene(tmp_path, known)
    records = [entry("one \ud800 two"), entry("other", place=2)]
    expected = plain(records)
    assert scene.clean(records) == (expected, 2)
    assert scene.clean(records) == (expected, 0)


def test_sources_that_are_gone_are_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "remembered"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.sqlite").write_bytes(b"")
    forget_others(tmp_path, {"one"})
    assert [file.name for file in folder.iterdir()] == ["one.sqlite"]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        and file.parent.name != "graph"
        and file.name not in {"manifest.json", "report.html"}
    }


@pytest.mark.slow
def test_whole_runs_are_the_same_bytes_with_and_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    monkeypatch.setattr(remembered, "MOST", 10)

    def counted(records: Sequence[SourceRecord], *more: Any) -> Cleaned:
        made.append(len(records))
        return clean_payload(records, *more)

    monkeypatch.setattr(batch, "clean_payload", counted)
    one, other = (SmallCatalogue(tmp_path / name, QUICK) for name in ("with", "without"))
    counts = []
    for day in range(5):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1_795_546_800 + day * 86_400))
        some = entries(6, day)
        if day in {2, 3}:
            some[4] = some[4]._replace(abstract=f"{DAMAGED[0]}. {some[4].abstract}")
        for small, memory in ((one, memory_of), (other, lambda *_: NOTHING)):
            monkeypatch.setattr(harvest, "memory_of", memory)
            made.clear()
            small.write(some)
            small.run()
            counts.append(sum(made))
        assert contents(one.current) == contents(other.current)
    # A damaged payload is asked for its one new entry first, then cleaned as a whole.
    assert counts == [6, 6, 1, 6, 2 + 6, 6, 2 + 6, 6, 3, 6]
