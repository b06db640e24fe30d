"""One entry of an HTML listing -> its source record; pure."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from pipeline.extract.element_text import NOT_A_LANGUAGE, language_of, markup_of, text_of
from pipeline.extract.payloads import LONGEST_FIELD, MOST_VALUES, shown
from pipeline.extract.selectors import FieldSelector, Selectors, attribute_name, text_holder
from pipeline.model import Issue, Locator, SourceRecord
from pipeline.settings import Field, Source

if TYPE_CHECKING:
    from lxml.etree import _Element

LAST_KNOWN_LINE = 65_535
"""The parser counts lines no further."""

WHITE_SPACE = " \t\n\r\f"

ADDRESSES = frozenset({"href", "src", "cite", "data", "poster", "longdesc", "action"})
"""Attributes whose values are addresses, relative to the page's."""


def fields(
    entry: _Element, number: int, source: Source, selectors: Selectors, place: Locator, base: str
) -> SourceRecord:
    """Return the record of one entry, the `number`th of its page, with links resolved on `base`."""
    position = f"entry {number}"
    if 0 < (line := _line(entry)) < LAST_KNOWN_LINE:
        position += f", line {line}"
    found: dict[str, tuple[str, ...]] = {}
    languages: dict[str, str] = {}
    issues: list[Issue] = []

    for selector in selectors.fields:
        name = selector.name
        values, stated = _values(entry, selector, base)
        problems = [
            f"has {len(value):,} characters, expected at most {LONGEST_FIELD:,}; the rest was left "
            "out: check its selector"
            for value in values
            if len(value) > LONGEST_FIELD
        ]
        if len(values) > MOST_VALUES:
            expected = (
                f"expected at most {MOST_VALUES:,}; the rest was left out: check its selector"
            )
            problems.append(f"has {len(values):,} values, {expected}")
        if NOT_A_LANGUAGE in stated:
            problems.append("its lang attribute is no tag such as 'es' and was not used")
        for problem in problems:
            message = f"field '{name}': {problem}"
            value = shown(values[0])
            issues.append(Issue(source.name, position, "extract", name, value, "warning", message))
        if values:
            found[name] = tuple(value[:LONGEST_FIELD] for value in values[:MOST_VALUES])
            if len(stated) == 1 and not stated & {"", NOT_A_LANGUAGE}:
                languages[name] = next(iter(stated))
    if not found:
        tried = ", ".join(f"'{selector.name}'" for selector in selectors.fields)
        message = f"no selector finds anything here; expected {tried}: check them against the page"
        value = shown(text_of(entry))
        issues.append(Issue(source.name, position, "extract", "", value, "warning", message))
    markup = tuple(s.name for s in selectors.fields if s.field.html and s.name in found)
    return SourceRecord(
        source=source.name,
        locator=Locator(place.payload, place.name, position),
        fields=found,
        languages=languages,
        markup=markup,
        issues=tuple(issues),
    )


def _values(entry: _Element, selector: FieldSelector, base: str) -> tuple[list[str], set[str]]:
    """Return a field's values that are not empty, and the languages stated for them."""
    values: list[str] = []
    stated: set[str] = set()
    field = selector.field
    for item in selector.select(entry):
        value, language = _value(item, field, entry, base)
        parts = value.split(field.split) if field.split else [value]
        kept = [part for part in (part.strip(WHITE_SPACE) for part in parts) if part]
        if kept:
            values += kept
            stated.add(language)
    return values, stated


def _value(item: _Element | str, field: Field, entry: _Element, base: str) -> tuple[str, str]:
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
        return joined(base, value) if value else "", ""
    if holder is None:
        return value, ""
    return value, language_of(holder, entry, parts=not isinstance(item, str))


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
