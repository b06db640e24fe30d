"""The books of a run: every entry and every published record accounted for, by source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from pipeline.assign import Assigned
from pipeline.errors import CataloomError
from pipeline.job import PartResult
from pipeline.model import Books
from pipeline.release import imbalance


def add_up(
    results: Iterable[PartResult],
    assigned: Assigned,
    extracted: Mapping[str, int],
    declared: Mapping[str, int | None],
) -> dict[str, Books]:
    """Return the accounts of each source, from those of the parts and what never reached one.

    `extracted` and `declared` are the entries that came, and that the source says it has. Raises
    `CataloomError` where they do not balance: an entry was lost, which must never be.
    """
    sums: dict[str, dict[str, int]] = {}
    for result in results:
        for source, books in result.books.items():
            _add(sums.setdefault(source, {}), msgspec.structs.asdict(books))
    for source, merged in assigned.merged.items():
        _add(sums.setdefault(source, {}), {"extracted": merged, "merged": merged})
    for source, gone in assigned.merged_away.items():
        _add(sums.setdefault(source, {}), {"previous": gone, "merged_away": gone})
    for source, gone in assigned.excluded.items():
        _add(sums.setdefault(source, {}), {"previous": gone, "newly_excluded": gone})
    for source, gone in assigned.deleted.items():
        _add(sums.setdefault(source, {}), {"previous": gone, "deleted": gone})
    answer = {}
    for source in sorted(sums):
        books = Books(**sums[source], declared_total=declared.get(source))
        problem = imbalance(books)
        if books.extracted != extracted.get(source, 0):
            problem = f"extracted {extracted.get(source, 0)}, accounted for {books.extracted}"
        if problem:
            raise CataloomError(
                f"the books do not balance: {problem}",
                where=source,
                next_step="nothing was published; report this as a bug of Cataloom",
            )
        answer[source] = books
    return answer


def _add(sums: dict[str, int], more: dict[str, int | None]) -> None:
    for name, value in more.items():
        if value is not None:
            sums[name] = sums.get(name, 0) + value
