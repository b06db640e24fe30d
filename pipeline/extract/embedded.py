"""The metadata that a page carries within itself -> the fields of its record.

The syntaxes are asked in the order of the settings, and the first that gives a field wins. What
only its title and description tell of a page comes last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from pipeline.extract.embedded_choice import choose
from pipeline.extract.embedded_error import UnreadableError
from pipeline.extract.embedded_jsonld import graph_of, scripts
from pipeline.extract.embedded_meta import citation, dublin_core, open_graph, plain_html
from pipeline.extract.embedded_microdata import items_of, microdata_graph
from pipeline.extract.embedded_rdfa import has_rdfa, rdfa_graph, rdfa_nodes
from pipeline.extract.html_pages import joined
from pipeline.extract.rdf_fields import Describer
from pipeline.extract.rdf_graph import Graph
from pipeline.extract.source_record import Given
from pipeline.model import Issue, Locator, SourceRecord
from pipeline.settings import Source

if TYPE_CHECKING:
    from pipeline.extract.embedded_page import HtmlPage

Found = dict[str, list[Given]]

META: dict[str, Callable[[HtmlPage], Found]] = {
    "citation": citation,
    "dublin-core": dublin_core,
    "opengraph": open_graph,
}
GRAPHS = ("json-ld", "microdata", "rdfa")
SYNTAXES = (*GRAPHS, *META)
IN_PAGE_LANGUAGE = frozenset({"title", "description"})
"""Fields in the language that the page as a whole says it is in, unless a value has its own."""

AGENTS = frozenset({"creator", "contributor", "publisher"})
ADDRESSES = frozenset({"page", "file", "image"})
_PAGE_TYPES = "AboutPage CollectionPage FAQPage ItemPage ProfilePage QAPage WebPage WebSite"
PAGE_TYPES = frozenset(_PAGE_TYPES.split())
"""Types that say only that it is a page."""


class Embedded(msgspec.Struct, frozen=True):
    """What a page says of itself.

    `markup` names the fields that are HTML, `syntaxes` those that gave a field (none: only plain
    HTML did); `has_wanted` says whether the page speaks of something of the types that the source
    wants, `problems` what could not be read.
    """

    fields: Found
    markup: tuple[str, ...] = ()
    syntaxes: tuple[str, ...] = ()
    has_wanted: bool = True
    issues: tuple[Issue, ...] = ()
    problems: tuple[str, ...] = ()


def describe(
    page: HtmlPage, source: Source, place: Locator, syntaxes: Sequence[str], types: frozenset[str]
) -> Embedded:
    """Return what `page` says of itself in `syntaxes`; pure.

    `types` are the IRIs of the classes that are wanted; none: every kind of creative work.
    """
    fields: Found = {}
    markup: list[str] = []
    used: list[str] = []
    issues: list[Issue] = []
    problems: list[str] = []
    has_wanted = not types
    for syntax in syntaxes:
        marked: tuple[str, ...] = ()
        if syntax in META:
            found = META[syntax](page)
        else:
            graph, problem = _graph(page, syntax)
            problems += problem
            subject = choose(graph, page.addresses, types)
            if not subject:
                continue
            has_wanted = True
            record = Describer(graph, source, (), place).record(subject, 1)
            found, marked = _given(record), record.markup
            issues += record.issues
            if _differs(fields, found):
                continue
        added = _fill(fields, found, page.base)
        used += [syntax] if added else []
        markup += [name for name in marked if name in added]
    _fill(fields, plain_html(page), page.base)
    _settle(fields, page)
    return Embedded(fields, tuple(markup), tuple(used), has_wanted, tuple(issues), tuple(problems))


def _graph(page: HtmlPage, syntax: str) -> tuple[Graph, list[str]]:
    try:
        if syntax == "json-ld":
            values, problems = scripts(page)
            return graph_of(values, page.base), problems
        if syntax == "microdata":
            return microdata_graph(items_of(page), page.base), []
        return rdfa_graph(rdfa_nodes(page) if has_rdfa(page) else []), []
    except UnreadableError as error:
        return Graph(), [str(error)]


def _given(record: SourceRecord) -> Found:
    return {
        name: [
            Given(value, tag)
            for value, tag in zip(
                values, record.languages.get(name, ("",) * len(values)), strict=True
            )
        ]
        for name, values in record.fields.items()
    }


def _fill(fields: Found, found: Found, base: str) -> list[str]:
    """Add the fields that are missing, their addresses absolute; return their names."""
    added = []
    for name, given in found.items():
        if name not in fields and (taken := [*_taken(name, given, base)]):
            fields[name] = taken
            added.append(name)
    return added


def _differs(fields: Found, found: Found) -> bool:
    """Say whether another syntax describes another thing, by its title."""
    titles = [
        {" ".join(one.value.split()).casefold() for one in given.get("title", ())}
        for given in (fields, found)
    ]
    return all(titles) and not titles[0] & titles[1]


def _taken(name: str, given: list[Given], base: str) -> Iterator[Given]:
    for one in given:
        is_path = name == "licence" and one.value.startswith(("/", "."))
        if name in ADDRESSES or is_path:
            yield one._replace(value=joined(base, one.value))
        elif not (
            (name == "type" and one.value in PAGE_TYPES)
            or (name in AGENTS and one.value.startswith("/"))  # the path of a profile
        ):
            yield one


def _settle(fields: Found, page: HtmlPage) -> None:
    """Put the page's own address first, and the language of the page where none is said."""
    own = page.canonical or page.address
    others = [one for one in fields.pop("page", []) if _host(one.value) not in {"", _host(own)}]
    if pages := [*([Given(own)] if own else []), *others]:
        fields["page"] = pages
    for name in IN_PAGE_LANGUAGE & fields.keys():
        fields[name] = [
            one if one.language else one._replace(language=page.language) for one in fields[name]
        ]


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
