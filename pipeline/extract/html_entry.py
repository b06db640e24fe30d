"""One entry of an HTML listing -> its source record; pure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urljoin

import msgspec

from pipeline.extract.element_text import language_of, markup_of, text_of
from pipeline.extract.payloads import shown
from pipeline.extract.selectors import Selectors, attribute_name, text_holder
from pipeline.extract.source_record import Given, make_record, parted
from pipeline.kinds import Field
from pipeline.model import Issue, Locator, SourceRecord
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import _Element

LAST_KNOWN_LINE = 65_535
"""The parser counts lines no further."""

ADDRESSES = frozenset({"href", "src", "cite", "data", "poster", "longdesc", "action"})
"""Attributes whose values are addresses, relative to the page's."""


def fields(
    entry: _Element, number: int, source: Source, selectors: Selectors, place: Locator, base: str
) -> SourceRecord:
    """Return the record of one entry, the `number`th of its page, with links resolved on `base`."""
    position = f"entry {number}"
    if 0 < (line := _line(entry)) < LAST_KNOWN_LINE:
        position += f", line {line}"
    found = {
        selector.name: parted(
            (_value(item, selector.field, entry, base) for item in selector.select(entry)),
            selector.field,
        )
        for selector in selectors.fields
    }
    markup = [selector.name for selector in selectors.fields if selector.field.html]
    record = make_record(source, place, position, found, markup=markup)
    if not record.fields:
        tried = ", ".join(f"'{name}'" for name in found)
        message = f"no selector finds anything here; expected {tried}: check them against the page"
        value = shown(text_of(entry))
        issue = Issue(source.name, position, "extract", "", value, "warning", message)
        record = msgspec.structs.replace(record, issues=(*record.issues, issue))
    return record


def _value(item: _Element | str, field: Field, entry: _Element, base: str) -> Given:
    """Return what one find of a selector gives, and the language stated for it."""
    holder: _Element | None
    attribute = field.attribute
    if isinstance(item, str):
        holder = text_holder(item)
        attribute = attribute_name(item) or attribute
        value = escape(item, quote=False) if field.html and not attribute else str(item)
    else:
        holder = item
        if attribute:
            value = item.get(attribute, "")
        else:
            value = markup_of(item) if field.html else text_of(item)
    if attribute.lower() in ADDRESSES:
        return Given(joined(base, value) if value else "")
    if holder is None:
        return Given(value)
    return Given(value, language_of(holder, entry, parts=not isinstance(item, str)))


def joined(base: str, link: str) -> str:
    """Return `link` resolved on `base`, or as it is where either is no address."""
    try:
        return urljoin(base, link.strip()) if base else link.strip()
    except ValueError:  # such as http://[: clean reports what is no address
        return link.strip()


def relative_links(record: SourceRecord, selectors: Selectors) -> int:
    """Count the links of a record that have no scheme."""
    return sum(
        not value.partition(":")[2]
        for selector in selectors.fields
        if selector.field.attribute.lower() in ADDRESSES or "@href" in selector.field.select
        for value in record.fields.get(selector.name, ())
    )


def _line(element: _Element) -> int:
    line: object = element.sourceline
    return line if isinstance(line, int) else 0
