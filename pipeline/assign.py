"""Identifiers for what was harvested; the records sorted into parts beside their old versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec

from pipeline.batch import abstract, batch_lines, kind
from pipeline.compare import title_of
from pipeline.errors import SettingsError
from pipeline.grace import Deletion
from pipeline.harvest import Harvest, identities
from pipeline.link.identity import Identities, Known
from pipeline.link.spreadsheet import read_rows
from pipeline.model import Issue, Record, ReviewLine, Tombstone
from pipeline.part_files import PartFiles, Same, parts_of
from pipeline.record_parts import read_heads, read_line, read_records, read_tombstones

Settled = Mapping[tuple[str, str], bool]  # (id, other id) -> a person says they are one resource


class Previous(msgspec.Struct, frozen=True):
    """What the last release knows: resources and tombstones by source, and how many records.

    `entries` maps the ids of records to the digests of the entries that they say as they stand;
    it is empty where other rules made the release.
    """

    folder: Path | None
    known: dict[str, list[Known]]
    tombstones: list[Tombstone]
    records: int
    entries: Mapping[str, str] = {}


class Assigned(msgspec.Struct):
    """Part files are written; what remains to be told: merged entries, questions, tombstones."""

    parts: int
    merged: Counter[str]
    merged_away: Counter[str]
    excluded: Counter[str]
    deleted: Counter[str]
    review: list[ReviewLine]
    tombstones: list[Tombstone]


def read_previous(folder: Path | None, *, by_same_rules: bool = False) -> Previous:
    """Return what the release in `folder` knows (None: nothing yet)."""
    known: dict[str, list[Known]] = {}
    entries: dict[str, str] = {}
    if folder is None:
        return Previous(None, known, [], 0)
    for head, _ in read_heads(folder):
        known.setdefault(head.source, []).append(Known(head.id, head.keys, kind(head)))
        if by_same_rules and head.entry and not head.missing_since:
            entries[head.id] = head.entry
    count = sum(len(several) for several in known.values())
    tombstones = read_tombstones(folder)
    for stone in tombstones:
        known.setdefault(stone.source, []).append(Known(stone.id, stone.keys, alive=False))
    return Previous(folder, known, tombstones, count, entries)


def assign(
    harvests: Iterable[Harvest],
    previous: Previous,
    settled: Settled,
    configured: frozenset[str],
    deletion: Deletion,
    number: int,
    work: Path,
) -> Assigned:
    """Give each entry its identifier and write the files of the parts, `part-NNNNN.…`, in `work`.

    `new` holds the records of entries, `same` those that need not be looked into (`Same`), `old`
    the records of the last release, `out` those of them that become tombstones of release `number`:
    those of sources that are not `configured` any more, those that a person found to be another's
    and those that `deletion` takes out.
    """
    harvests = list(harvests)
    total = previous.records + sum(len(one.entries) for one in harvests)
    answer = Assigned(parts_of(total), Counter(), Counter(), Counter(), Counter(), [], [])
    ids = {one.id: one.alive for several in previous.known.values() for one in several}
    aliases = _aliases(settled, ids)
    entries = dict(previous.entries)
    for id_ in aliases.values():  # keys of others may come to them
        entries.pop(id_, None)
    with ExitStack() as stack:
        files = PartFiles.open(work, answer.parts, stack)
        alive: set[str] = set()
        for harvested in harvests:
            known = _merged(previous.known.get(harvested.source.name, []), aliases)
            found = identities(harvested, known, _Texts(previous.folder), settled)
            keys = {one.id: one.keys for one in known}
            _keep_one_each(found, keys)
            _write_new(harvested, found, keys, entries, files, answer)
            alive.update(found.ids)
        published = alive | {id_ for id_, is_alive in ids.items() if is_alive}
        aliases = {one: other for one, other in aliases.items() if other in published}
        _write_old(previous, aliases, configured, deletion, alive, number, files, answer)
    answer.review += _still_open(previous.folder, settled, published - aliases.keys(), alive)
    stones = {stone.id: stone for stone in previous.tombstones if stone.id not in alive}
    stones.update((stone.id, stone) for stone in answer.tombstones)
    answer.tombstones = [stones[id_] for id_ in sorted(stones)]
    return answer


class _Texts(Mapping[str, str]):
    """The folded abstracts of the last release, read when the first one is asked for."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._texts: dict[str, str] | None = None

    def _read(self) -> dict[str, str]:
        if self._texts is None:
            records = read_records(self._folder) if self._folder else iter(())
            self._texts = {record.id: abstract(record) for record in records}
        return self._texts

    def __getitem__(self, id_: str) -> str:
        return self._read()[id_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())


def _aliases(settled: Settled, known: Collection[str]) -> dict[str, str]:
    """Return the resource that each id stands for by decision, chains followed to their end.

    Decisions on resources of two sources or on unknown ones are passed over; of a circle the first
    id stays.
    """
    said = {
        one: other
        for (one, other), same in sorted(settled.items())
        if same and other in known and one.rpartition("-")[0] == other.rpartition("-")[0]
    }
    answer = {}
    for one in said:
        path = [one]
        while (target := said.get(path[-1], "")) and target not in path:
            path.append(target)
        end = min(path[path.index(target) :]) if target else path[-1]
        if end != one:
            answer[one] = end
    return answer


def _keep_one_each(found: Identities, keys: Mapping[str, tuple[str, ...]]) -> None:
    """Let one entry be each resource: that with its newest key; the others are merged into it."""
    claims: dict[str, list[int]] = {}
    for index, id_ in enumerate(found.ids):
        if id_:
            claims.setdefault(id_, []).append(index)
    for id_, several in claims.items():
        if len(several) > 1:
            ages = {key: age for age, key in enumerate(keys.get(id_, ()))}
            several.sort(key=lambda index: (ages.get(found.keys[index], -1), found.keys[index]))
            for index in several[:-1]:
                found.ids[index] = ""


def _still_open(
    folder: Path | None, settled: Settled, published: Collection[str], shown: Collection[str]
) -> Iterator[ReviewLine]:
    """Yield the questions of the last release that nobody answered and that still arise.

    A release that was thinned, or whose table is damaged, has none.
    """
    rows: list[tuple[int, dict[str, str]]] = []
    if folder is not None:
        with suppress(SettingsError):
            rows += read_rows(folder / "review.csv", ReviewLine.__struct_fields__)
    for _, row in rows:
        pair = row["record"], row["value"]
        if row["property"] != "identity" or pair in settled or pair[1] in shown:
            continue
        if pair[0] in published and pair[1] in published:
            yield ReviewLine(**{name: row[name] for name in ReviewLine.__struct_fields__})


def _merged(known: list[Known], aliases: Mapping[str, str]) -> list[Known]:
    """Give the keys of a resource that is another's to that other."""
    by_id = {one.id: one for one in known}
    for id_ in list(by_id):
        target = by_id.get(aliases.get(id_, ""))
        if target is not None:
            keys = tuple(dict.fromkeys((*target.keys, *by_id[id_].keys)))
            by_id[target.id] = msgspec.structs.replace(target, keys=keys)
            del by_id[id_]
    return list(by_id.values())


def _write_new(
    harvested: Harvest,
    found: Identities,
    keys: Mapping[str, tuple[str, ...]],
    entries: Mapping[str, str],
    files: PartFiles,
    answer: Assigned,
) -> None:
    """Write the records of a harvest; `entries` maps ids to the entries that need no second look.

    The key of a record is made of its entry, but for those that share one.
    """
    source = harvested.source.name
    encode = msgspec.json.Encoder().encode
    shared = frozenset(found.shared)
    doubts = {doubt.index: doubt for doubt in found.doubts}
    index = -1
    for file in harvested.batches:
        for line in batch_lines(file):
            index += 1
            id_ = found.ids[index]
            if not id_:
                answer.merged[source] += 1
                continue
            entry, part = harvested.entries[index].entry, files.part(id_)
            is_told = index in shared or index in found.moved
            if entry and entries.get(id_) == entry and not is_told:
                files.same[part].write(encode(Same(id_, line.locator)) + b"\n")
                continue
            harvested_record = line.record
            record = msgspec.structs.replace(
                harvested_record,
                id=id_,
                key=found.keys[index],
                keys=tuple(dict.fromkeys((*keys.get(id_, ()), found.keys[index]))),
                issues=(
                    *(_of(id_, issue) for issue in harvested_record.issues),
                    *_notices(harvested_record, id_, index in shared, index in found.moved),
                ),
                entry="" if is_told else entry,
            )
            if doubt := doubts.get(index):
                answer.review.append(_question(record, doubt.candidate, doubt.score))
            files.new[part].write(encode(record) + b"\n")


def _write_old(
    previous: Previous,
    aliases: Mapping[str, str],
    configured: frozenset[str],
    deletion: Deletion,
    alive: Collection[str],
    number: int,
    files: PartFiles,
    answer: Assigned,
) -> None:
    for head, line in read_heads(previous.folder) if previous.folder else ():
        other = aliases.get(head.id, "")
        if head.source not in configured:
            answer.excluded[head.source] += 1
            reason, other = "the source was removed", ""
        elif other:
            answer.merged_away[head.source] += 1
            reason = "a person found it to be another resource under a new key"
        elif head.id not in alive and (reason := deletion.reason(head)):
            answer.deleted[head.source] += 1
        else:
            files.old[files.part(head.id)].write(line)
            continue
        files.out[files.part(head.id)].write(line)
        answer.tombstones.append(tombstone(read_line(line), number, reason, other))


def tombstone(record: Record, number: int, reason: str, replaced_by: str = "") -> Tombstone:
    """Return what stays of a record that release `number` no longer holds."""
    return Tombstone(
        id=record.id, source=record.source, keys=record.keys, release=number, reason=reason,
        sets=(record.source,), replaced_by=replaced_by, title=title_of(record),
    )  # fmt: skip


def _of(id_: str, issue: Issue) -> Issue:
    return msgspec.structs.replace(issue, identifier=id_)


def _notices(record: Record, id_: str, shared: bool, moved: bool) -> Iterator[Issue]:
    title = record.title[0].value if record.title else ""
    if shared:
        yield Issue(
            record.source, id_, "link", "title", title, "warning",
            "Another entry of the source has the same title and type. They are kept apart by their "
            "abstracts; give them different titles at the source if they are different resources.",
        )  # fmt: skip
    if moved:
        yield Issue(
            record.source, id_, "link", "title", title, "info",
            "This entry was found again by its abstract under a new title or type; it keeps its "
            "IRI. Nothing is to be done, unless it is another resource.",
        )  # fmt: skip


def _question(record: Record, candidate: str, score: float) -> ReviewLine:
    title = record.title[0].value if record.title else ""
    return ReviewLine(
        record.id, title, "identity", candidate, "",
        f"Is this the resource {candidate}, which the source no longer shows, under a new title "
        f"({score:.0%} of the abstract in common)? same or different",
    )  # fmt: skip
