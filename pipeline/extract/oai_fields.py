"""The fields that `oai.fields` adds: XPath expressions on the root element of the metadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.extract.oai_dublin_core import Found
from pipeline.extract.oai_names import inherited_language, reference, text_of
from pipeline.extract.payloads import shown
from pipeline.extract.source_record import Given, parted
from pipeline.kinds import Field
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import XPath, _Element

XPATH = "xpath:"
USUAL = {
    "oai": "http://www.openarchives.org/OAI/2.0/",
    "oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "dim": "http://www.dspace.org/xmlns/dspace/dim",
    "edm": "http://www.europeana.eu/schemas/edm/",
    "marc": "http://www.loc.gov/MARC21/slim",
    "mods": "http://www.loc.gov/mods/v3",
    "ore": "http://www.openarchives.org/ore/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xlink": "http://www.w3.org/1999/xlink",
}
"""Prefixes that expressions may use without the metadata declaring them."""

UNDECLARED = "Undefined namespace prefix"
"""What lxml says of a prefix that the metadata itself may still declare."""

Override = Callable[["_Element", Found], tuple[str, ...]]
"""Puts the fields of the settings into those of a record; gives the problems it had."""


def compile_fields(source: Source) -> Override | None:
    """Return what applies `oai.fields`, or None where there are none.

    Raises `SettingsError` for what is no XPath expression.
    """
    settings = source.oai.fields if source.oai else {}
    if not settings:
        return None
    from lxml import etree

    fields = {
        name: Field(given) if isinstance(given, str) else given for name, given in settings.items()
    }
    for name, field in fields.items():
        try:
            if not _expression(field):
                raise ValueError("it is empty")
            expression = etree.XPath(_expression(field), namespaces=USUAL)
            try:
                expression(etree.Element("metadata"))  # finds unknown functions
            except etree.XPathEvalError as error:
                if UNDECLARED not in str(error):
                    raise
        except (etree.XPathError, ValueError) as error:
            raise SettingsError(
                f"key 'oai.fields.{name}': {shown(field.select)!r} is no XPath expression: {error}",
                where=source.file or source.name,
                expected="such as dcterms:abstract, evaluated on the metadata's root element",
                next_step=f"correct it; these prefixes are always known: {', '.join(USUAL)}",
            ) from error
    compiled: dict[frozenset[tuple[str, str]], dict[str, XPath]] = {}

    def override(root: _Element, found: Found) -> tuple[str, ...]:
        declared = {prefix: iri for prefix, iri in root.nsmap.items() if prefix}
        key = frozenset(declared.items())
        if key not in compiled:
            if len(compiled) > len(USUAL):  # hostile: each record declares others
                compiled.clear()
            compiled[key] = {
                name: etree.XPath(_expression(field), namespaces={**USUAL, **declared})
                for name, field in fields.items()
            }
        return _apply(root, found, fields, compiled[key])

    return override


def _expression(field: Field) -> str:
    return field.select.strip().removeprefix(XPATH).strip()


def _apply(
    root: _Element, found: Found, fields: Mapping[str, Field], expressions: Mapping[str, XPath]
) -> tuple[str, ...]:
    from lxml import etree

    problems = []
    for name, field in fields.items():
        found.pop(name, None)
        try:
            values = _values(expressions[name](root), field, root)
        except etree.XPathError as error:
            problems.append(f"key 'oai.fields.{name}': {error}")
            continue
        if values:
            found[name] = [*parted(values, field)]
    return tuple(problems)


def _values(result: object, field: Field, root: _Element) -> list[Given]:
    if isinstance(result, bool):
        return [Given("true")] if result else []
    if isinstance(result, float):
        return [Given(f"{result:g}")]
    items = result if isinstance(result, list) else [result]
    return [_given(item, field, root) for item in items]


def _given(item: object, field: Field, root: _Element) -> Given:
    if isinstance(item, str):
        holder = item.getparent() if hasattr(item, "getparent") else None
        return Given(str(item), "" if holder is None else inherited_language(holder, root))
    from lxml import etree

    if not isinstance(item, etree._Element):  # a namespace
        return Given("")
    if field.attribute:
        return Given(item.get(field.attribute) or "", inherited_language(item, root))
    if field.html and len(item):
        inner = [etree.tostring(child, encoding="unicode") for child in item]
        return Given((item.text or "") + "".join(inner), inherited_language(item, root))
    return Given(text_of(item).strip() or reference(item), inherited_language(item, root))
