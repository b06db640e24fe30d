"""What the columns of a table or the keys of JSON hold, where their names do not say it."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Collection, Mapping, Sequence

from pipeline.clean.tags import canonical_tag
from pipeline.probe.roles import is_file
from pipeline.probe.titles import is_date, length_quality

LEAST_FILLED = 0.5
MOSTLY = 0.8
LONG = 80


def guess_fields(
    names: Sequence[str], rows: Sequence[Sequence[str]], taken: Collection[int],
    known: Collection[str],
) -> dict[str, int]:  # fmt: skip
    """Return further fields by the column that seems to hold each; `known` ones are not sought."""
    values = {
        index: [row[index].strip() for row in rows if index < len(row) and row[index].strip()]
        for index in range(len(names))
        if index not in taken
    }
    return guess(values, len(rows), known)


def guess(
    values: Mapping[int, Sequence[str]], count: int, known: Collection[str]
) -> dict[str, int]:
    """Return, by what they hold, which of the columns are title, page, file, date, abstract."""
    free = {index: some for index, some in values.items() if len(some) >= LEAST_FILLED * count}
    found: dict[str, int] = {}

    def take(name: str, rated: dict[int, float]) -> None:
        if name in known or not rated:
            return
        best = max(rated, key=lambda index: (rated[index], -index))
        if rated[best] > 0:
            found[name] = best
            del free[best]

    links = {
        i: _share(some, lambda v: v.startswith(("http://", "https://"))) for i, some in free.items()
    }
    files = {i: _share(some, is_file) * links[i] for i, some in free.items()}
    take("file", {i: share for i, share in files.items() if share >= MOSTLY})
    take("page", {i: s for i, s in links.items() if s >= MOSTLY and i in free})
    take("date", {i: s for i, some in free.items() if (s := _share(some, is_date)) >= MOSTLY})
    take("title", {i: _as_title(some) for i, some in free.items() if links[i] < MOSTLY})
    take("description", {
        i: length for i, some in free.items()
        if (length := statistics.median(map(len, some))) >= LONG and links[i] < MOSTLY
    })  # fmt: skip
    take("language", {
        i: s for i, some in free.items()
        if (s := _share(some, lambda v: len(v) > 3 and bool(canonical_tag(v)))) >= MOSTLY  # noqa: PLR2004
    })  # fmt: skip
    return found


def _as_title(values: Sequence[str]) -> float:
    letters = _share(values, lambda value: sum(c.isalpha() for c in value) > len(value) / 2)
    if letters < MOSTLY or _share(values, is_date) > 0.2:  # noqa: PLR2004
        return 0.0
    variety = len({value.casefold() for value in values}) / len(values)
    return length_quality(values) * variety**2


def _share(values: Sequence[str], test: Callable[[str], object]) -> float:
    return sum(bool(test(value)) for value in values) / len(values) if values else 0.0
