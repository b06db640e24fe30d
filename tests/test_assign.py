"""Identity over whole runs: which entry is which resource, what a person decided, what stays."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline import assign, part_files, record_parts
from pipeline.assign import read_previous
from pipeline.catalogue_folder import load_settings
from pipeline.compare import order
from pipeline.errors import RunRefused
from pipeline.manifest import read_manifest
from pipeline.part_files import part_of
from pipeline.run import accept_run
from tests.small_catalogue import Entry, SmallCatalogue, entries, prose

pytestmark = pytest.mark.slow  # whole runs


@pytest.fixture
def small(tmp_path: Path) -> SmallCatalogue:
    return SmallCatalogue(tmp_path / "small")


def half_like(text: str, share: float = 0.7) -> str:
    """Return a text that begins like `text` and ends in other words."""
    words = text.split()
    kept = int(len(words) * share)
    return " ".join(words[:kept]) + " " + " ".join(f"otherwise{n}" for n in range(3)) + "."


def asked(small: SmallCatalogue) -> list[str]:
    return [line for line in small.read("review.csv").splitlines() if ",identity," in line]


def doubtful(small: SmallCatalogue) -> tuple[str, str]:
    """Publish a listing whose second state asks a question; return the new and the old id."""
    old, *others = entries(4)
    small.write([old, *others])
    small.run()
    before = small.ids()[old.title]
    renamed = Entry("Ledgers that members of a group can read", half_like(old.abstract))
    small.write([renamed, *others])
    small.run()
    return small.ids()[renamed.title], before


def test_a_doubtful_entry_is_asked_about_and_both_stay(small: SmallCatalogue) -> None:
    new, old = doubtful(small)
    assert new != old
    (line,) = asked(small)
    assert line.startswith(f"{new},")
    assert f",identity,{old}," in line
    assert {new, old} <= set(small.ids().values())


def test_the_question_stays_until_it_is_answered(small: SmallCatalogue) -> None:
    new, old = doubtful(small)
    text = (small.folder / "input" / "other.txt").read_text("utf-8")
    (small.folder / "input" / "other.txt").write_text(text.replace("group 2", "group two"))
    assert small.run().kind == "published"
    (line,) = asked(small)
    assert line.startswith(f"{new},")
    small.decide([f"{new},identity,{old},different"])
    (small.folder / "input" / "other.txt").write_text(text)
    assert small.run().kind == "published"
    assert asked(small) == []
    assert {new, old} <= set(small.ids().values())


def test_same_merges_under_the_old_iri_for_good(small: SmallCatalogue) -> None:
    new, old = doubtful(small)
    small.decide([f"{new},identity,{old},same"])
    outcome = small.run()
    books = outcome.books["other"]
    assert (books.merged_away, books.updated, books.unchanged, books.created) == (1, 1, 3, 0)
    assert small.ids()["Ledgers that members of a group can read"] == old
    assert new not in small.ids().values()
    assert small.tombstones() == {new: old}
    merged = small.records()["Ledgers that members of a group can read"]
    assert (merged.missing, len(merged.keys)) == (0, 2)
    assert '"deleted"' in small.read("changes.jsonl")
    assert small.run().kind == "unchanged"
    (small.folder / "input" / "decisions.csv").unlink()
    again = small.run()
    assert again.books["other"].unchanged == 4
    assert small.tombstones() == {new: old}


def test_an_old_title_that_returns_beside_the_new_one(small: SmallCatalogue) -> None:
    first, *rest = entries(3)
    corrected = Entry("Accounts, corrected", first.abstract)
    small.write([first, *rest])
    small.run()
    id_ = small.ids()[first.title]
    small.write([corrected, *rest])
    small.run()
    for some in ([Entry(first.title, prose(40)), corrected, *rest],
                 [corrected, *rest, Entry(first.title, prose(40))]):  # fmt: skip
        small.write(some)
        books = small.run().books["other"]
        assert (books.extracted, books.kept) == (4, 0)
        found = [record.id for record in record_parts.read_records(small.current)]
        assert len(found) == len(set(found)), "two records have one identifier"
        assert small.ids()[corrected.title] == id_


def test_an_entry_that_is_another_by_decision_is_merged_into_it(small: SmallCatalogue) -> None:
    new, old = doubtful(small)
    small.decide([f"{new},identity,{old},same"])
    small.run()
    shown = [Entry("Ledgers that members of a group can read", prose(30)), *entries(4)]
    for some in (shown, shown[::-1]):
        small.write(some)
        books = small.run().books["other"]
        assert (books.extracted, books.merged, books.kept) == (5, 1, 0)
        assert sorted(small.ids().values()).count(old) == 1
        assert small.tombstones() == {new: old}


def test_different_keeps_both(small: SmallCatalogue) -> None:
    new, old = doubtful(small)
    small.decide([f"{new},identity,{old},different"])
    small.run()
    assert {new, old} <= set(small.ids().values())
    assert small.tombstones() == {}


@pytest.mark.parametrize(
    "rows",
    [
        ["{0},identity,{1},same", "{1},identity,{2},same"],
        ["{2},identity,{1},same", "{1},identity,{0},same"],
        ["{1},identity,{0},same", "{2},identity,{0},same"],
        ["{0},identity,{1},same", "{1},identity,{2},same", "{2},identity,{0},same"],
        ["{0},identity,{0},same"],
        ["{0},identity,other-aaaaaaaaaa,same"],
        ["other-aaaaaaaaaa,identity,{0},same"],
    ],
)
def test_chains_and_circles_of_decisions_lose_nothing(
    small: SmallCatalogue, rows: list[str]
) -> None:
    small.write(entries(5))
    small.run()
    ids = sorted(small.ids().values())
    small.decide(row.format(*ids) for row in rows)
    outcome = small.run()
    assert outcome.exit_code == 0
    alive, dead = set(small.ids().values()), small.tombstones()
    assert not alive & dead.keys(), "a resource is published and has a tombstone"
    assert alive | dead.keys() == set(ids)
    assert all(target in alive for target in dead.values())
    (small.folder / "input" / "other.txt").write_text(
        (small.folder / "input" / "other.txt").read_text("utf-8").replace("was shown", "was read")
    )
    small.run()
    assert set(small.ids().values()) == alive
    assert small.tombstones() == dead


def test_a_resource_of_another_source_is_never_merged_away(small: SmallCatalogue) -> None:
    small.write(entries(2))
    small.write(entries(2, 50), "second")
    small.run()
    one, *_ = [id_ for id_ in small.ids().values() if id_.startswith("other-")]
    two, *_ = [id_ for id_ in small.ids().values() if id_.startswith("second-")]
    small.decide([f"{one},identity,{two},same"])
    small.run()
    assert {one, two} <= set(small.ids().values())
    assert small.tombstones() == {}


def test_a_merge_while_the_source_is_not_run(small: SmallCatalogue) -> None:
    new, old = doubtful(small)
    small.write(entries(2, 50), "second")
    small.decide([f"{new},identity,{old},same"])
    small.run(sources=("second",))
    small.run()
    assert old in small.ids().values()
    assert small.tombstones() == {new: old}


def test_two_entries_with_one_title_and_type_are_two_resources(small: SmallCatalogue) -> None:
    twins = [Entry("Annual report", prose(1)), Entry("Annual report", prose(2))]
    small.write(twins)
    outcome = small.run()
    assert outcome.books["other"].created == 2
    before = {r.description[0].value: r.id for r in record_parts.read_records(small.current)}
    assert len(set(before.values())) == 2
    assert small.read("issues.csv").count("same title and type") == 2
    small.write([*reversed(twins), *entries(1)])
    small.run()
    after = {r.description[0].value: r.id for r in record_parts.read_records(small.current)}
    assert before.items() <= after.items()


def test_an_entry_that_stands_twice_is_one(small: SmallCatalogue) -> None:
    once = entries(3)
    small.write([*once, once[0], once[0]])
    outcome = small.run()
    books = outcome.books["other"]
    assert (books.extracted, books.created, books.merged) == (5, 3, 2)


def test_a_listing_whose_titles_all_change_keeps_its_iris(small: SmallCatalogue) -> None:
    some = entries(6)
    small.write(some)
    small.run()
    before = sorted(small.ids().values())
    small.write([Entry(f"Accounts, part {n}", e.abstract) for n, e in enumerate(some)])
    outcome = small.run()
    assert outcome.books["other"].updated == 6
    assert sorted(small.ids().values()) == before
    small.write(some)
    small.run()
    assert sorted(small.ids().values()) == before


def test_case_accents_and_spacing_of_a_title_move_nothing(small: SmallCatalogue) -> None:
    small.write([Entry("Crédit et épargne au village", prose(1)), *entries(1)])
    small.run()
    before = set(small.ids().values())
    small.write([Entry("CREDIT  et epargne: au Village!", prose(9)), *entries(1)])
    small.run()
    assert set(small.ids().values()) == before


def test_a_missing_entry_that_comes_back_loses_its_mark(small: SmallCatalogue) -> None:
    gone, *rest = entries(3)
    small.write([gone, *rest])
    small.run()
    id_ = small.ids()[gone.title]
    small.write(rest)
    small.run()
    missing = small.records()[gone.title]
    assert (missing.missing, bool(missing.missing_since)) == (0, True), "saved files: not counted"
    since = missing.missing_since
    small.write([*rest, *entries(1, 70)])
    small.run()
    assert small.records()[gone.title].missing_since == since
    small.write([gone, *rest])
    outcome = small.run()
    assert outcome.kind == "published"
    back = small.records()[gone.title]
    assert (back.id, back.missing, back.missing_since, back.release) == (id_, 0, "", 1)
    assert not any("no longer shows" in issue.message for issue in back.issues)


def test_a_renamed_source_that_is_accepted_leaves_tombstones_and_mints_anew(
    small: SmallCatalogue,
) -> None:
    small.write(entries(2))
    small.run()
    before = set(small.ids().values())
    (small.folder / "input" / "other.toml").unlink()
    small.write(entries(2), "another")
    with pytest.raises(RunRefused) as refused:
        small.run()
    (run,) = re.findall(r"cataloom accept (\w+)", str(refused.value))
    outcome = accept_run(load_settings(small.folder), run, "new ones", jobs=1)
    assert outcome.books["other"].newly_excluded == 2
    assert outcome.books["another"].created == 2
    assert set(small.tombstones()) == before


def test_growth_into_more_parts_changes_no_record(
    small: SmallCatalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.write(entries(8))
    small.run()
    before = small.records()
    monkeypatch.setattr(part_files, "PART", 5)
    small.write(entries(9))
    outcome = small.run()
    books = outcome.books["other"]
    assert (books.created, books.unchanged) == (1, 8)
    manifest = read_manifest(small.current)
    assert manifest.parts > 1
    assert len(list((small.current / "records").iterdir())) == manifest.parts
    after = small.records()
    assert {title: (r.id, r.release, r.digest) for title, r in before.items()} == {
        title: (after[title].id, after[title].release, after[title].digest) for title in before
    }
    found = list(record_parts.read_records(small.current))
    assert found == sorted(found, key=order)


def test_parts_divide_the_hashes() -> None:
    parts = [part_of(f"a-b-{first}{second}aa77", 3) for first in "27ajz" for second in "2z"]
    assert parts == sorted(parts)
    assert set(parts) == {0, 1, 2}


def test_nothing_is_known_before_the_first_release() -> None:
    previous = read_previous(None)
    assert (previous.known, previous.tombstones, previous.records) == ({}, [], 0)
    texts = assign._Texts(None)
    assert (len(texts), list(texts)) == (0, [])
