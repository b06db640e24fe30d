"""Identifiers: minted once, found again whatever moves, told apart where keys are shared."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.link.identity import SUBKEY, Identities, Keyed, Known, identify
from pipeline.vocabulary import mint

LONG = "the policy of the institution sets out how staff treat clients who are late with payments"
OTHER = "a study of the savings of rural households and of what they expect from their bank today"
HALF = "the policy of the institution sets out how staff treat clients who close their accounts"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def entry(key: str, abstract: str = LONG, kind: str = "guide", extra: str = "") -> Keyed:
    return Keyed(key, kind, digest(key + abstract + extra), digest(abstract))


def find(
    entries: Sequence[tuple[str, str]],
    known: Sequence[tuple[Known, str]] = (),
    settled: Mapping[tuple[str, str], bool] | None = None,
) -> Identities:
    def texts(indices: Collection[int]) -> dict[int, str]:
        return {index: entries[index][1] for index in indices}

    def known_texts(ids: Collection[str]) -> dict[str, str]:
        return {one.id: text for one, text in known if one.id in ids}

    keyed = [entry(key, abstract) for key, abstract in entries]
    return identify("s", keyed, [one for one, _ in known], texts, known_texts, settled)


def known(key: str, abstract: str = LONG, **more: object) -> tuple[Known, str]:
    kind = str(more.get("kind", "guide"))
    alive = bool(more.get("alive", True))
    return Known(mint("s", key), (key,), kind, alive), abstract


def test_a_new_entry_is_minted_from_its_key() -> None:
    answer = find([("one", LONG), ("two", OTHER)])
    assert answer.ids == [mint("s", "one"), mint("s", "two")]
    assert answer.keys == ["one", "two"]
    assert not answer.shared
    assert not answer.doubts


def test_an_entry_keeps_its_identifier_when_its_text_changes() -> None:
    answer = find([("one", OTHER)], [known("one", LONG)])
    assert answer.ids == [mint("s", "one")]


def test_any_key_that_a_resource_had_finds_it() -> None:
    both = Known("s-older", ("old", "new"), "guide")
    assert find([("new", LONG)], [(both, LONG)]).ids == ["s-older"]


def test_a_corrected_title_keeps_the_identifier() -> None:
    answer = find([("right title", LONG)], [known("wrong title", LONG)])
    assert answer.ids == [mint("s", "wrong title")]
    assert answer.moved == {0: mint("s", "wrong title")}
    assert answer.keys == ["right title"]


def test_another_type_is_another_resource() -> None:
    answer = find([("right title", LONG)], [known("wrong title", LONG, kind="tool")])
    assert answer.ids == [mint("s", "right title")]


def test_a_resource_that_is_still_there_is_not_moved() -> None:
    answer = find([("one", LONG), ("copy", LONG)], [known("one", LONG)])
    assert answer.ids == [mint("s", "one"), mint("s", "copy")]
    assert not answer.moved


def test_a_tombstone_is_found_by_its_key_but_not_by_its_abstract() -> None:
    gone = known("gone", LONG, alive=False)
    assert find([("gone", LONG)], [gone]).ids == [mint("s", "gone")]
    assert find([("new", LONG)], [gone]).ids == [mint("s", "new")]


def test_an_unclear_likeness_is_a_question() -> None:
    answer = find([("new", HALF)], [known("old", LONG)])
    assert answer.ids == [mint("s", "new")]
    assert [(doubt.index, doubt.candidate) for doubt in answer.doubts] == [(0, mint("s", "old"))]


@pytest.mark.parametrize(("same", "expected"), [(True, "old"), (False, "new")])
def test_a_person_settles_it(same: bool, expected: str) -> None:
    settled = {(mint("s", "new"), mint("s", "old")): same}
    answer = find([("new", HALF)], [known("old", LONG)], settled)
    assert answer.ids == [mint("s", expected)]
    assert not answer.doubts


def test_two_equally_like_resources_are_a_question() -> None:
    answer = find([("new", LONG)], [known("old one", LONG), known("old two", LONG)])
    assert answer.ids == [mint("s", "new")]
    assert len(answer.doubts) == 1


def test_short_abstracts_prove_nothing() -> None:
    answer = find([("new", "a guide")], [known("old", "a guide")])
    assert answer.ids == [mint("s", "new")]
    assert not answer.doubts


def test_the_same_entry_twice_is_one_resource() -> None:
    answer = find([("one", LONG), ("one", LONG)])
    assert answer.ids == [mint("s", "one"), ""]
    assert not answer.shared


def test_entries_of_one_title_and_type_are_told_apart() -> None:
    answer = find([("one", LONG), ("one", OTHER)])
    assert len(set(answer.ids)) == 2
    assert answer.shared == [0, 1]
    assert answer.keys == [f"one{SUBKEY}{digest(text)}" for text in (LONG, OTHER)]
    again = find(
        [("one", OTHER), ("one", LONG)],
        [
            (Known(id_, (key,), "guide"), text)
            for id_, key, text in zip(answer.ids, answer.keys, (LONG, OTHER), strict=True)
        ],
    )
    assert again.ids == answer.ids[::-1]


def test_the_one_that_stays_keeps_its_identifier() -> None:
    first = find([("one", LONG), ("one", OTHER)])
    state = [
        (Known(id_, (key,), "guide"), text)
        for id_, key, text in zip(first.ids, first.keys, (LONG, OTHER), strict=True)
    ]
    assert find([("one", OTHER)], state).ids == [first.ids[1]]


def test_a_second_entry_of_a_known_title_does_not_take_its_identifier() -> None:
    answer = find([("one", OTHER), ("one", LONG)], [known("one", LONG)])
    assert answer.ids[1] == mint("s", "one")
    assert answer.ids[0] not in {"", mint("s", "one")}


def test_an_identifier_that_another_key_has_grows() -> None:
    taken = Known(mint("s", "one"), ("another",), "guide")
    assert find([("one", LONG)], [(taken, OTHER)]).ids == [mint("s", "one", 11)]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([LONG, OTHER, HALF]))), st.randoms()
)
def test_the_order_of_a_listing_decides_nothing(
    entries: list[tuple[str, str]], random: object
) -> None:
    first = find(entries)
    by_content = {pair: id_ for pair, id_ in zip(entries, first.ids, strict=True) if id_}
    shuffled = list(entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    second = find(shuffled)
    assert {pair: id_ for pair, id_ in zip(shuffled, second.ids, strict=True) if id_} == by_content
    state = [(Known(id_, (key,), "guide"), text) for id_, key, (_, text) in
             zip(first.ids, first.keys, entries, strict=True) if id_]  # fmt: skip
    third = find(shuffled, state)
    assert {pair: id_ for pair, id_ in zip(shuffled, third.ids, strict=True) if id_} == by_content
