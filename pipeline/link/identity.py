"""Which resource is which: entries of this harvest to the identifiers of the previous release.

A resource is found again by any key it ever had. Entries that share a key (same title and type)
are told apart by their abstracts. A vanished and a new entry of one source with the same type and
nearly the same abstract, each the best match of the other, are one resource under a new key; where
that is unclear a person is asked and a new identifier is minted meanwhile.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from pipeline.vocabulary import mint

L = TypeVar("L")
R = TypeVar("R")

SAME = 0.8  # share of common word pairs from which two abstracts are nearly the same
UNCLEAR = 0.5  # from here a person is asked
FEWEST_PAIRS = 4  # abstracts shorter than this prove nothing
POSTINGS = 50  # a word pair that stands in more abstracts than this tells none apart
SUBKEY = "\x1e"  # separates a shared key from the digest that tells its entries apart
SHORTEST = 10  # characters of an identifier


class Keyed(msgspec.Struct, frozen=True):
    """An entry of this harvest.

    `key` is its normalised key, `kind` its folded type labels, `content` the digest (hex) of all
    its values and `abstract` that of its folded abstract. `entry` is that of all that cleaning made
    of it, issues and evidence too.
    """

    key: str
    kind: str
    content: str
    abstract: str
    entry: str = ""


class Known(msgspec.Struct, frozen=True):
    """A resource of the previous release (`alive`) or a tombstone; `kind` as in `Keyed`."""

    id: str
    keys: tuple[str, ...]
    kind: str = ""
    alive: bool = True


class Doubt(msgspec.Struct, frozen=True):
    """Entry `index` may be the resource `candidate` under a new key; `score` is their likeness."""

    index: int
    candidate: str
    score: float


class Identities(msgspec.Struct, frozen=True):
    """The answer: `ids` and `keys` by entry; an entry that repeats another has an empty id.

    `shared` holds the entries whose key others have too, `moved` maps entries to the resource that
    came back under a new key, `doubts` what a person should settle.
    """

    ids: list[str]
    keys: list[str]
    shared: list[int]
    moved: dict[int, str]
    doubts: list[Doubt]


Texts = Callable[[Collection[int]], Mapping[int, str]]
KnownTexts = Callable[[Collection[str]], Mapping[str, str]]


def identify(
    source: str,
    entries: Sequence[Keyed],
    known: Sequence[Known],
    texts: Texts,
    known_texts: KnownTexts,
    settled: Mapping[tuple[str, str], bool] | None = None,
) -> Identities:
    """Give each entry of `source` its identifier.

    `texts` and `known_texts` return the folded abstracts of entries (by index) and of known
    resources (by id); they are asked only for those that must be compared. `settled` maps pairs of
    (minted id, candidate id) to a person's decision that they are the same, or are not.
    The order of `entries` decides nothing.
    """
    by_key = {key: resource.id for resource in known for key in resource.keys}
    by_base: defaultdict[str, list[str]] = defaultdict(list)
    for resource in known:
        for base in sorted({key.partition(SUBKEY)[0] for key in resource.keys}):
            by_base[base].append(resource.id)
    answer = Identities([""] * len(entries), [""] * len(entries), [], {}, [])
    groups = _distinct(entries)
    for base, members in groups.items():
        _settle_group(
            base, members, entries, by_key, by_base.get(base, []), texts, known_texts, answer
        )
    found = set(answer.ids)
    vanished = [resource for resource in known if resource.alive and resource.id not in found]
    new = [index for group in groups.values() for index in group if not answer.ids[index]]
    if vanished and new:
        _match_moved(
            entries, new, vanished, texts(new), known_texts([v.id for v in vanished]), answer
        )
    taken = {resource.id for resource in known} | set(answer.ids)
    said = {one: other for (one, other), same in (settled or {}).items() if same}
    free = {resource.id for resource in vanished} - set(answer.ids)
    doubted = {doubt.index: doubt for doubt in answer.doubts}
    for index in sorted(new, key=lambda index: answer.keys[index]):
        if not answer.ids[index]:
            answer.ids[index] = _mint_free(source, answer.keys[index], taken)
            doubt = doubted.get(index)
            decision = (settled or {}).get((answer.ids[index], doubt.candidate)) if doubt else None
            if doubt and decision is not None:
                answer.doubts.remove(doubt)
            same = doubt.candidate if doubt and decision else said.get(answer.ids[index], "")
            if same in free:
                free.remove(same)
                answer.ids[index] = answer.moved[index] = same
            taken.add(answer.ids[index])
    answer.shared.sort()
    return answer


def likeness(one: Collection[tuple[str, str]], other: Collection[tuple[str, str]]) -> float:
    """Return the share (0 to 1) of word pairs that two abstracts have in common (Jaccard).

    >>> likeness(word_pairs("a b c d e f"), word_pairs("a b c d e f"))
    1.0
    """
    first, second = set(one), set(other)
    if min(len(first), len(second)) < FEWEST_PAIRS:
        return 0.0
    return len(first & second) / len(first | second)


def word_pairs(text: str) -> set[tuple[str, str]]:
    """Return the pairs of neighbouring words of a folded text."""
    words = text.split()
    return set(itertools.pairwise(words))


def _distinct(entries: Sequence[Keyed]) -> dict[str, list[int]]:
    """Group the entries by key, one entry a content; groups and members in a fixed order."""
    seen: dict[tuple[str, str], int] = {}
    for index, entry in enumerate(entries):
        seen.setdefault((entry.key, entry.content), index)
    groups: dict[str, list[int]] = {}
    for (key, _), index in sorted(seen.items()):
        groups.setdefault(key, []).append(index)
    return groups


def _settle_group(
    base: str,
    members: list[int],
    entries: Sequence[Keyed],
    by_key: Mapping[str, str],
    candidates: list[str],
    texts: Texts,
    known_texts: KnownTexts,
    answer: Identities,
) -> None:
    """Find the known resources of the entries that share the key `base`."""
    if len(members) == 1 and len(candidates) <= 1:
        answer.keys[members[0]] = base
        if candidates:
            answer.ids[members[0]] = candidates[0]
        return
    if len(members) > 1:
        answer.shared.extend(members)
    abstracts = Counter(entries[index].abstract for index in members)
    free = set(candidates)
    for index in members:
        entry = entries[index]
        tail = entry.abstract if abstracts[entry.abstract] == 1 else entry.content
        answer.keys[index] = f"{base}{SUBKEY}{tail}" if len(members) > 1 else base
        same = by_key.get(f"{base}{SUBKEY}{tail}", "")
        if same in free:
            answer.ids[index] = same
            free.remove(same)
    open_members = [index for index in members if not answer.ids[index]]
    if not free or not open_members:
        return
    mine = {index: word_pairs(text) for index, text in texts(open_members).items()}
    theirs = {id_: word_pairs(text) for id_, text in known_texts(free).items()}
    ranked = sorted(
        (
            (likeness(mine[index], theirs.get(id_, ())), index, id_)
            for index in mine
            for id_ in free
        ),
        key=lambda row: (-row[0], answer.keys[row[1]], row[2]),
    )
    for _, index, id_ in ranked:
        if not answer.ids[index] and id_ in free:
            answer.ids[index] = id_
            free.remove(id_)


def _match_moved(
    entries: Sequence[Keyed],
    new: list[int],
    vanished: list[Known],
    texts: Mapping[int, str],
    known_texts: Mapping[str, str],
    answer: Identities,
) -> None:
    """Match new entries with vanished resources of the same type by their abstracts."""
    pairs = {index: word_pairs(texts.get(index, "")) for index in new}
    known_pairs = {one.id: word_pairs(known_texts.get(one.id, "")) for one in vanished}
    postings: defaultdict[tuple[str, str, str], list[str]] = defaultdict(list)
    for one in vanished:
        for left, right in sorted(known_pairs[one.id]):
            postings[one.kind, left, right].append(one.id)
    scores: dict[tuple[int, str], float] = {}
    for index in new:
        kind = entries[index].kind
        candidates = {
            id_
            for left, right in pairs[index]
            if len(found := postings.get((kind, left, right), [])) <= POSTINGS
            for id_ in found
        }
        for id_ in sorted(candidates):
            score = likeness(pairs[index], known_pairs[id_])
            if score >= UNCLEAR:
                scores[index, id_] = score
    best_new = _best((index, id_, score) for (index, id_), score in scores.items())
    best_known = _best((id_, index, score) for (index, id_), score in scores.items())
    for (index, id_), score in sorted(scores.items(), key=lambda row: (-row[1], row[0])):
        mutual = best_new.get(index) == id_ and best_known.get(id_) == index
        if mutual and score >= SAME:
            answer.ids[index] = id_
            answer.moved[index] = id_
    taken = set(answer.moved.values())
    asked: set[int] = set()
    for (index, id_), score in sorted(scores.items(), key=lambda row: (-row[1], row[0])):
        if not answer.ids[index] and id_ not in taken and index not in asked:
            answer.doubts.append(Doubt(index, id_, score))
            asked.add(index)


def _best(rows: Iterable[tuple[L, R, float]]) -> dict[L, R | None]:
    """Return for each left side its one best right side; a tie is no best."""
    best: dict[L, tuple[float, R | None]] = {}
    for left, right, score in rows:
        held = best.get(left)
        if held is None or score > held[0]:
            best[left] = (score, right)
        elif score == held[0]:
            best[left] = (score, None)
    return {left: right for left, (_, right) in best.items()}


def _mint_free(source: str, key: str, taken: Collection[str]) -> str:
    """Mint the identifier of a key; it grows by a character while another resource has it."""
    length = SHORTEST
    while (minted := mint(source, key, length)) in taken:
        length += 1
    return minted
