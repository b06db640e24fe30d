"""The selectors of an `html-listing`, compiled before any page is read.

A selector is CSS, or XPath behind `xpath:`. Both are looked for inside the element they are applied
to (the page, or an entry), the element itself included for CSS. CSS may end with the two additions
that scrapy's users know: `::attr(name)` and `::text`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from pipeline.errors import SettingsError
from pipeline.extract.css_matching import Chain, chain_of
from pipeline.kinds import Field, Fields
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import _Element

XPATH = "xpath:"

Select = Callable[["_Element"], "list[_Element | str]"]
"""Takes an element; gives what the selector finds below it: elements, or texts and attributes."""


class Selector(msgspec.Struct, frozen=True):
    """A compiled selector: `find` looks for it, by XPath.

    `chains` are its parts where it is a plain one, for which the page need not be walked through
    once more (`pipeline.extract.css_matching`). `attribute` is the one that `::attr()` names.
    """

    find: Select
    chains: tuple[Chain, ...] = ()
    attribute: str = ""


class FieldSelector(msgspec.Struct, frozen=True):
    """One field: how its values are found, and its settings."""

    name: str
    selector: Selector
    field: Field


class Detail(msgspec.Struct, frozen=True):
    """The link to an entry's own page, in the entry, and the fields taken from that page."""

    link: Selector
    fields: tuple[FieldSelector, ...]


class Selectors(msgspec.Struct, frozen=True):
    """All selectors of a source; what the settings do not give is None."""

    entry: Selector
    fields: tuple[FieldSelector, ...]
    next: Selector | None = None
    total: Selector | None = None
    detail: Detail | None = None


def compile_selectors(source: Source) -> Selectors:
    """Compile every selector of `source.html`.

    Raises `SettingsError` for a missing table, no fields, or a selector that is wrong; the message
    names its key.
    """
    html = source.html
    if html is None:
        raise _no_fields(source, "key 'html': missing", "html")
    if not html.fields:
        raise _no_fields(source, "key 'html.fields': empty", "html")
    detail = None
    if html.detail is not None:
        if not html.detail.fields:
            raise _no_fields(source, "key 'html.detail.fields': empty", "html.detail")
        detail = Detail(
            _compile(source, "html.detail.link", html.detail.link),
            _compile_fields(source, "html.detail.fields", html.detail.fields),
        )
    return Selectors(
        entry=_compile_entry(source, html.entry),
        fields=_compile_fields(source, "html.fields", html.fields),
        next=_compile(source, "html.next", html.next) if html.next else None,
        total=_compile(source, "html.total", html.total) if html.total else None,
        detail=detail,
    )


def first_link(selector: Selector, found: Iterable[_Element | str]) -> str:
    """Return the first address in what `selector` found: an attribute (`href`), or a text."""
    attribute = selector.attribute or "href"
    for item in found:
        link = item if isinstance(item, str) else item.get(attribute, "")
        if link.strip():
            return str(link).strip()
    return ""


def text_holder(found: str) -> _Element | None:
    """Return the element that a text or attribute, found by XPath, stands in, if any."""
    if not hasattr(found, "getparent"):
        return None
    parent: _Element | None = found.getparent()
    is_tail = parent is not None and getattr(found, "is_tail", False)
    return parent.getparent() if parent is not None and is_tail else parent


def attribute_name(found: str) -> str:
    """Return the name of the attribute whose value an XPath found, or an empty text."""
    return getattr(found, "attrname", None) or ""


def _compile_fields(source: Source, table: str, fields: Fields) -> tuple[FieldSelector, ...]:
    compiled = []
    for name, given in fields.items():
        field = Field(select=given) if isinstance(given, str) else given
        key = f"{table}.{name}" + ("" if isinstance(given, str) else ".select")
        selector = _compile(source, key, field.select)
        if selector.attribute and field.attribute not in {"", selector.attribute}:
            raise SettingsError(
                f"key '{key}': {field.select!r} names another attribute than "
                f"attribute = {field.attribute!r}",
                where=source.file or source.name, expected="the attribute in one place",
                next_step="leave one of the two out",
            )  # fmt: skip
        attribute = selector.attribute or field.attribute
        field = msgspec.structs.replace(field, attribute=attribute)
        compiled.append(FieldSelector(name, selector, field))
    return tuple(compiled)


def _compile_entry(source: Source, selector: str) -> Selector:
    compiled = _compile(source, "html.entry", selector)
    if compiled.attribute:
        raise SettingsError(
            f"key 'html.entry': {selector!r} finds texts, not elements",
            where=source.file or source.name,
            expected="a selector of the element around an entry",
            next_step=f"leave '::attr({compiled.attribute})' out",
        )
    return compiled


def _compile(source: Source, key: str, selector: str) -> Selector:
    from cssselect import SelectorError
    from lxml import etree

    is_xpath = selector.startswith(XPATH)
    kind = "XPath expression" if is_xpath else "CSS selector"
    path, chains, attribute = selector.removeprefix(XPATH), list[Chain](), ""
    try:
        if not path.strip():
            raise ValueError("it is empty")
        if not is_xpath:
            path, chains, attribute = _read_css(selector)
        expression = etree.XPath(path)
        expression(etree.Element("html"))  # finds unknown functions, prefixes and variables
    except (SelectorError, etree.XPathError, ValueError) as error:
        raise SettingsError(
            f"key '{key}': {selector!r} is no {kind}: {error}",
            where=source.file or source.name,
            expected='CSS such as "article h2" (an attribute is named by attribute = "href"), '
            "or XPath behind xpath:",
            next_step="correct it; your browser's inspector shows the page's elements",
        ) from error
    return Selector(lambda element: _listed(expression(element)), tuple(chains), attribute)


def _read_css(selector: str) -> tuple[str, list[Chain], str]:
    """Return the XPath of a CSS selector, its chains where it is plain, the attribute it names.

    `::text` says what is done anyway: the text of the element is taken, with that of what is inside
    it. Raises `SelectorError` and `ValueError` for what is no selector.
    """
    import cssselect
    from lxml.cssselect import LxmlHTMLTranslator

    translator = LxmlHTMLTranslator()
    paths, chains, attributes = [], [], set()
    for part in cssselect.parse(selector):
        pseudo, last = part.pseudo_element, getattr(part.parsed_tree, "subselector", None)
        attribute = ""
        if isinstance(pseudo, cssselect.parser.FunctionalPseudoElement) and pseudo.name == "attr":
            if pseudo.argument_types() not in (["IDENT"], ["STRING"]):
                raise ValueError("::attr() takes the name of one attribute, such as ::attr(href)")
            attribute = str(pseudo.arguments[0].value)
        elif pseudo == "text":
            if (last or part.parsed_tree).canonical() == "*":
                raise ValueError(
                    "a '::text' behind a space is the text of every element inside; leave it out: "
                    "the text of an element holds that of what is inside it"
                )
        elif pseudo is not None:
            raise ValueError("of pseudo-elements only ::attr(name) and ::text are known")
        attributes.add(attribute)
        chains.append(chain_of(part.parsed_tree))
        paths.append(translator.selector_to_xpath(part))
    if len(attributes) > 1:
        raise ValueError("its parts name different attributes; expected the same in all of them")
    plain = [chain for chain in chains if chain is not None]
    return " | ".join(paths), plain if len(plain) == len(chains) else [], attributes.pop()


def _listed(found: object) -> list[_Element | str]:
    from lxml import etree

    if isinstance(found, list):
        return [item for item in found if isinstance(item, (str, etree._Element))]
    if isinstance(found, bool):
        return ["true"] if found else []
    return [f"{found:g}" if isinstance(found, float) else str(found)]


def _no_fields(source: Source, what: str, table: str) -> SettingsError:
    first = "link" if table.endswith("detail") else "entry"
    return SettingsError(
        what,
        where=source.file or source.name,
        expected=f'[{table}] with {first} = "…" and [{table}.fields] with a selector per field',
        next_step="see docs/sources/html-listing.md",
    )
