"""From a JSON document down to its entries, each with what stands above it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from pipeline.errors import SourceError
from pipeline.extract.access import NoEntriesError
from pipeline.extract.json_paths import MOST_NAMES, Evaluate, compile_path
from pipeline.extract.payloads import shown
from pipeline.settings import Source

DEEPEST_LIST = 5
"""Objects inside one another among which the list of entries is looked for."""

MOST_LISTS = 20

Fit = Callable[[object], int]
"""Takes a value; says how many of the settings' fields are found in it."""


class Level(msgspec.Struct, frozen=True):
    """One step down: its key in the settings, its expression, how it is evaluated."""

    key: str
    expression: str
    evaluate: Evaluate


class Entry(msgspec.Struct, frozen=True):
    """An entry as the document has it, and the values above it from the outermost.

    Entries of one parent share the list of those above.
    """

    value: object
    parents: list[object]


class Descent:
    """Goes down the levels of one document, and remembers what each level did not find."""

    def __init__(self, levels: tuple[Level, ...], where: str) -> None:
        """Start above the first level; `where` is the payload's name."""
        self.levels = levels
        self.where = where
        self.found = [0] * len(levels)
        self.last_without: list[object] = [None] * len(levels)
        self.problems: dict[str, int] = {}

    def entries(self, document: object) -> Iterator[Entry]:
        """Yield what the last level finds, in the document's order."""
        return self._below(document, [], 0)

    def _below(self, value: object, above: list[object], depth: int) -> Iterator[Entry]:
        if depth == len(self.levels):
            yield Entry(value, above)
            return
        found = self._found(value, depth)
        below: list[object] = []
        for item in found:
            if item is value:  # `[@, subsections][]`: nothing stands above itself
                yield from self._below(item, above, depth + 1)
                continue
            below = below or [*above, value]
            yield from self._below(item, below, depth + 1)

    def _found(self, value: object, depth: int) -> list[object]:
        level = self.levels[depth]
        try:
            items = list(flattened(level.evaluate(value)))
        except ValueError as error:
            problem = f"key '{level.key}' {error}"
            self.problems[problem] = self.problems.get(problem, 0) + 1
            items = []
        if not items:
            self.last_without[depth] = value
        self.found[depth] += len(items)
        return items

    def nothing(self) -> NoEntriesError:
        """Return the error for a document in which no entry was found."""
        depth = next((i for i, count in enumerate(self.found) if not count), len(self.found) - 1)
        level, value = self.levels[depth], self.last_without[depth]
        return NoEntriesError(
            f"key '{level.key}': {level.expression!r} finds nothing in {outline(value)}",
            where=self.where, expected="a JMESPath expression that leads to the entries",
            next_step=f"correct '{level.key}'; each level begins where the one before it led",
        )  # fmt: skip


def compile_levels(source: Source) -> tuple[Level, ...]:
    """Return the levels of `source.json`; raises `SettingsError` for what is no JMESPath."""
    given = source.json.levels if source.json else ()
    keys = [f"json.levels[{number}]" for number in range(len(given))]
    return tuple(
        Level(key, expression, compile_path(expression, source, key))
        for key, expression in zip(keys, given, strict=True)
    )


def find_entries(document: object, fit: Fit, where: str) -> list[object]:
    """Return the entries of a document whose settings name no levels.

    They are its own items where it is a list, those of the only list of objects in it, or the
    document itself. Raises `SourceError` where there are several lists, `NoEntriesError` where
    there is nothing.
    """
    if isinstance(document, list):
        if entries := list(flattened(document)):
            return entries
        raise _no_entries("is an empty list", where)
    if not isinstance(document, dict):
        raise _no_entries(f"is {outline(document)}", where)
    lists = dict(_lists(document, "", 0))
    own = fit(document)
    if not lists:
        if own:
            return [document]
        raise _no_entries(f"holds no list of entries: it is {outline(document)}", where)
    best = max(fit(items[0]) for items in lists.values())
    if own > best:
        return [document]
    if len(lists) > 1:
        listed = ", ".join(
            f"{path} ({len(items):,})" for path, items in list(lists.items())[:MOST_LISTS]
        )
        raise SourceError(
            f"holds {len(lists)} lists of objects: {listed}", where=where,
            expected="one list, or the setting that names it",
            next_step=f'set [json] levels = ["{next(iter(lists))}"], or another of them',
        )  # fmt: skip
    return next(iter(lists.values()))


def flattened(found: object) -> Iterator[object]:
    """Yield the items of lists in lists; what is no list as it is, null not at all."""
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value)
        elif value is not None:
            yield value


def outline(value: object) -> str:
    """Return in words what a JSON value is: an object with its names, a list of so many."""
    if isinstance(value, dict):
        names = ", ".join(shown(name, 30) for name in list(value)[:MOST_NAMES])
        return (
            f"an object of {names}" + (" …" if len(value) > MOST_NAMES else "")
            if value
            else ("an empty object")
        )
    if isinstance(value, list):
        return f"a list of {len(value):,}"
    return f"the value {shown(str(value))!r}" if value is not None else "null"


def _lists(value: dict[str, object], path: str, depth: int) -> Iterator[tuple[str, list[object]]]:
    """Yield the lists of objects inside an object, each with the expression that leads to it."""
    for name, inner in value.items():
        step = name if name.isidentifier() and name.isascii() else f'"{name}"'
        place = f"{path}.{step}" if path else step
        if isinstance(inner, list):
            objects = [item for item in inner if isinstance(item, dict)]
            if objects and len(objects) == len(inner):
                yield place, inner
        elif isinstance(inner, dict) and depth < DEEPEST_LIST:
            yield from _lists(inner, place, depth + 1)


def _no_entries(what: str, where: str) -> NoEntriesError:
    return NoEntriesError(
        what, where=where, expected="a list of entries, or an object with one",
        next_step='name where the entries are: [json] levels = ["…"], in JMESPath',
    )  # fmt: skip
