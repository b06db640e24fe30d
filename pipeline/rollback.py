"""The records of a rollback: old content as a new release; what vanishes leaves a tombstone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from pipeline.assign import Assigned, tombstone
from pipeline.model import Record
from pipeline.part_files import PartFiles, parts_of
from pipeline.record_parts import read_heads, read_line, read_records, read_tombstones
from pipeline.state import bare


def assign_old(
    target: Path, current: Path, configured: Collection[str], number: int, work: Path
) -> tuple[Assigned, Counter[str]]:
    """Write the part files of release `number`, whose content is that of the release `target`.

    The records of `current` are those it is compared with; every key that a resource got since
    stays its own. Returns what an assignment does, and the number of records by source. Records of
    sources that are not `configured` any more are left out.
    """
    stones = {stone.id: stone for stone in read_tombstones(current)}
    keys = {record.id: record.keys for record in read_records(current)}
    wanted = {record.id for record in _wanted(target, configured)}
    answer = Assigned(
        parts_of(len(wanted) + len(keys)), Counter(), Counter(), Counter(), Counter(), [], []
    )
    extracted = Counter[str]()
    encode = msgspec.json.Encoder().encode
    with ExitStack() as stack:
        files = PartFiles.open(work, answer.parts, stack)
        for record in _wanted(target, configured):
            stone = stones.pop(record.id, None)
            later = keys.get(record.id, stone.keys if stone else ())
            extracted[record.source] += 1
            every = tuple(dict.fromkeys((*record.keys, *later)))
            again = msgspec.structs.replace(bare(record), keys=every)
            files.new[files.part(record.id)].write(encode(again) + b"\n")
        for head, line in read_heads(current):
            if head.id in wanted:
                files.old[files.part(head.id)].write(line)
                continue
            files.out[files.part(head.id)].write(line)
            answer.deleted[head.source] += 1
            reason = f"the catalogue was rolled back to {target.name}"
            stones[head.id] = tombstone(read_line(line), number, reason)
    answer.tombstones = [stones[id_] for id_ in sorted(stones)]
    return answer, extracted


def left_out(target: Path, configured: Collection[str]) -> dict[str, int]:
    """Return how many records of a release are of sources that are not `configured`, by source."""
    counts = Counter(head.source for head, _ in read_heads(target))
    return {name: counts[name] for name in sorted(counts) if name not in configured}


def how_to_bring_back(target: Path, left: Collection[str]) -> str:
    """Return the step after which a rollback brings back the records of these sources too."""
    files = " and ".join(f"input/{name}.toml" for name in left)
    return f"to have them, put {files} back first, then cataloom rollback {target.name}"


def _wanted(target: Path, configured: Collection[str]) -> Iterator[Record]:
    return (record for record in read_records(target) if record.source in configured)
