"""Entries of an HTML listing -> their source records; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

import msgspec

from pipeline.extract.element_text import language_of, markup_of, text_of
from pipeline.extract.html_pages import joiner
from pipeline.extract.payloads import LONGEST_FIELD, MOST_VALUES, shown
from pipeline.extract.selectors import (
    FieldSelector,
    Selectors,
    attribute_name,
    text_holder,
)
from pipeline.extract.source_record import make_record, parted
from pipeline.kinds import Field
from pipeline.model import Issue, Locator, SourceRecord
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import _Element

LAST_KNOWN_LINE = 65_535
"""The parser counts lines no further."""

ADDRESSES = frozenset({"href", "src", "cite", "data", "poster", "longdesc", "action"})
"""Attributes whose values are addresses, relative to the page's."""

FEW_VALUES = 10
"""Of more values in one field each is cut at once: nested elements may hold the same text often."""

Found = dict[str, list[tuple[str, str]]]
"""The raw values of one entry and their languages by field, in the order of the selectors."""


def read_entries(
    entries: Sequence[_Element],
    columns: Sequence[Iterable[Sequence[_Element | str]]],
    source: Source,
    selectors: Selectors,
    place: Locator,
    base: str,
    *,
    stated: bool,
) -> Iterator[SourceRecord]:
    """Yield the record of each entry of a page, with links resolved on `base`.

    `columns` are, for each field, what is found in each entry; `stated` says that the page may
    state languages.
    """
    markup = [one.name for one in selectors.fields if one.field.html]
    values = values_of(entries, columns, selectors.fields, joiner(base), stated=stated)
    for number, (entry, found) in enumerate(zip(entries, values, strict=True), 1):
        line: object = entry.sourceline
        position = f"entry {number}"
        if isinstance(line, int) and 0 < line < LAST_KNOWN_LINE:
            position += f", line {line}"
        record = make_record(source, place, position, found, markup=markup)
        yield record if record.fields else _without_fields(record, entry, selectors)


def values_of(
    entries: Sequence[_Element],
    columns: Sequence[Iterable[Sequence[_Element | str]]],
    selectors: Sequence[FieldSelector],
    join: Callable[[str], str],
    *,
    stated: bool,
) -> Iterator[Found]:
    """Yield the raw values of each entry from `columns`, what `selectors` find in each entry.

    `join` resolves links; `stated` says that the page may state languages.
    """
    kinds = [(one.name, one.field, _content(one.field, join)) for one in selectors]
    for entry, *items_of_fields in zip(entries, *columns, strict=True):
        found: Found = {}
        for (name, field, content), items in zip(kinds, items_of_fields, strict=True):
            if not items:
                continue
            most = LONGEST_FIELD + 1 if len(items) > FEW_VALUES else None
            values = [
                (
                    (_text(item, field, join) if isinstance(item, str) else content(item))[:most],
                    _language(item, entry, field) if stated else "",
                )
                for item in items[: MOST_VALUES + 1]
            ]
            is_cut = field.split or field.language
            found[name] = [*parted(values, field)] if is_cut else values
        yield found


def _content(field: Field, join: Callable[[str], str]) -> Callable[[_Element], str]:
    """Return what makes a raw value of an element."""
    attribute = field.attribute
    if not attribute:
        return markup_of if field.html else text_of
    if attribute.lower() in ADDRESSES:
        return lambda element: join(element.get(attribute, ""))
    return lambda element: str(element.get(attribute, ""))


def _text(found: str, field: Field, join: Callable[[str], str]) -> str:
    """Return the raw value of a text or an attribute that XPath found."""
    name = attribute_name(found) or field.attribute
    if name.lower() in ADDRESSES:
        return join(found)
    return escape(found, quote=False) if field.html and not name else str(found)


def _language(item: _Element | str, entry: _Element, field: Field) -> str:
    """Return the language that the page states for a find, or an empty text."""
    is_text = isinstance(item, str)
    attribute = (attribute_name(item) if isinstance(item, str) else "") or field.attribute
    holder = text_holder(item) if isinstance(item, str) else item
    if holder is None or attribute.lower() in ADDRESSES:
        return ""
    return language_of(holder, entry, parts=not is_text)


def relative_links(record: SourceRecord, selectors: Sequence[FieldSelector]) -> int:
    """Count the links of a record that have no scheme."""
    return sum(
        not value.partition(":")[2]
        for selector in selectors
        if selector.field.attribute.lower() in ADDRESSES or "@href" in selector.field.select
        for value in record.fields.get(selector.name, ())
    )


def _without_fields(record: SourceRecord, entry: _Element, selectors: Selectors) -> SourceRecord:
    tried = ", ".join(f"'{one.name}'" for one in selectors.fields)
    message = f"no selector finds anything here; expected {tried}: check them against the page"
    position = record.locator.position
    value = shown(text_of(entry))
    issue = Issue(record.source, position, "extract", "", value, "warning", message)
    return msgspec.structs.replace(record, issues=(*record.issues, issue))
