"""Which column gives which field: as the settings say, else by the usual names."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from pipeline.extract.headings import LONGEST_HEADING, Headings, HeadingsError, by_letter
from pipeline.extract.lines import folded
from pipeline.extract.payloads import shown, source_issue
from pipeline.extract.usual_columns import SEVERAL, WORDS, Usual, loosely_named, usual_field
from pipeline.kinds import Field
from pipeline.model import Issue
from pipeline.settings import Source, nearest

MOST_NAMED = 40
"""Columns that a message lists."""

MOST_LOOKED_AT = 1_000
"""Cells of a row among which known headings are counted."""

EXAMPLES = ("title", "description", "page")


class FieldColumns(msgspec.Struct, frozen=True):
    """The columns of one field: the index of each and the language it states (empty: none)."""

    name: str
    places: tuple[tuple[int, str], ...]
    split: str = ""
    html: bool = False


def own_fields(source: Source) -> dict[str, Field]:
    """Return the fields that `[table.fields]` sets."""
    given = source.table.fields if source.table else {}
    return {name: Field(select=one) if isinstance(one, str) else one for name, one in given.items()}


def counter_of_known(source: Source) -> Callable[[Sequence[str]], int]:
    """Return the function that counts the fields which the cells of a row name."""
    wanted = {folded(field.select.partition("#")[0]): name
              for name, field in own_fields(source).items()}  # fmt: skip

    def known(cells: Sequence[str]) -> int:
        found = set()
        for cell in cells[:MOST_LOOKED_AT]:
            if not cell or len(cell) > LONGEST_HEADING:
                continue
            if name := wanted.get(folded(cell)):
                found.add(name)
            elif usual := usual_field(cell, source.languages):
                found.add(usual.field)
        return len(found)

    return known


def are_by_letter(source: Source) -> bool:
    """Say whether the settings name every column by its letter, as for a table without headings."""
    fields = own_fields(source).values()
    return bool(fields) and all(by_letter(field.select) is not None for field in fields)


def columns_of(
    headings: Headings, source: Source, where: str
) -> tuple[tuple[FieldColumns, ...], list[Issue]]:
    """Return the columns of each field, and an issue on those that give none.

    `[table.fields]` that names a title says all; one that does not corrects what the usual names
    give. Raises `HeadingsError` for a column that is not there, and where none gives a title.
    """
    own = own_fields(source)
    found = {
        name: FieldColumns(
            name,
            tuple((index, field.language) for index in _find(field.select, headings, name, where)),
            field.split,
            field.html,
        )
        for name, field in own.items()
    }
    if "title" in own:
        return tuple(found.values()), []
    for name, places in _usual(headings, source, _used(found)).items():
        found.setdefault(name, FieldColumns(name, places))
    issues = []
    for name in WORDS:
        rest = ["" if index in _used(found) else one for index, one in enumerate(headings.written)]
        index = loosely_named(rest, name) if name not in found else None
        if index is not None:
            found[name] = FieldColumns(name, ((index, ""),))
            message = (
                f"{where}: column {shown(headings.names[index])!r} was taken for the {name}, by a "
                "word of its name; correct that in [table.fields] if it is wrong"
            )
            issues.append(source_issue(source, message, severity="info"))
    if "title" not in found and "title" not in source.defaults:
        raise _no_title(headings, where)
    unused = [name for index, name in enumerate(headings.names) if index not in _used(found)]
    if not unused:
        return tuple(found.values()), issues
    message = (
        f"{where}: no field is known by the names of these columns, so they are not read: "
        f"{_listed(unused)}; name those that are wanted in [table.fields]"
    )
    issues.append(source_issue(source, message, severity="info"))
    return tuple(found.values()), issues


def _used(found: Mapping[str, FieldColumns]) -> set[int]:
    return {index for columns in found.values() for index, _ in columns.places}


def _usual(
    headings: Headings, source: Source, used: set[int]
) -> dict[str, tuple[tuple[int, str], ...]]:
    known: dict[str, list[tuple[Usual, int]]] = {}
    for index, heading in enumerate(headings.written):
        usual = usual_field(heading, source.languages) if index not in used else None
        if usual is not None:
            known.setdefault(usual.field, []).append((usual, index))
    return {
        name: tuple(
            (index, usual.language)
            for usual, index in places
            if name in SEVERAL or usual.rank == min(one.rank for one, _ in places)
        )
        for name, places in known.items()
    }


def _find(select: str, headings: Headings, name: str, where: str) -> list[int]:
    """Return the columns that a setting names: every one of that heading, or the very one."""
    wanted = " ".join(select.split())
    for names in (headings.written, headings.names):
        if found := [index for index, one in enumerate(names) if one == wanted]:
            return found
    key = folded(wanted)
    if key and (found := [i for i, one in enumerate(headings.written) if folded(one) == key]):
        return found
    index = by_letter(wanted)
    if index is not None and index < headings.width:
        return [index]
    names = tuple(dict.fromkeys((*headings.names, *headings.written)))
    raise HeadingsError(
        f"has no column {shown(select)!r} (key 'table.fields.{name}'){nearest(wanted, names)}",
        where=where, expected=f"one of {_listed(headings.names)}",
        next_step="correct the setting; where the row of headings was found wrong, name its number "
        "as 'table.header'",
    )  # fmt: skip


def _no_title(headings: Headings, where: str) -> HeadingsError:
    fields = zip(EXAMPLES, headings.names, strict=False)
    example = ", ".join(f'{field} = "{shown(name, 30)}"' for field, name in fields)
    return HeadingsError(
        "no column has a name that titles usually have", where=where,
        expected=f"the columns of the fields to be named; there are {_listed(headings.names)}",
        next_step=f"write [table.fields] with a line a field, such as {example}; where this is not "
        "the row of headings, name its number as 'table.header'",
    )  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(repr(shown(name, 40)) for name in names[:MOST_NAMED])
    return listed + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
