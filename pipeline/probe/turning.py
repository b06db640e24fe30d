"""How the further pages of a live listing are reached, and how many entries it declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urljoin, urlsplit

from pipeline.extract.address import without_parameter
from pipeline.extract.lines import without_accents
from pipeline.extract.totals import declared_total
from pipeline.probe.finding import exact, finder
from pipeline.probe.forms import Form
from pipeline.probe.page_index import PageIndex
from pipeline.probe.toml_text import Line

if TYPE_CHECKING:
    from lxml.etree import _Element

NEXT_WORDS = re.compile(
    r"(?:(?:go to )?next(?: page| results?| \d+)?|older(?: posts| entries| articles)?|"
    r"(?:pagina )?siguientes?(?: pagina)?|(?:pagina )?(?:proxim[oa]|seguinte)s?(?: pagina)?|"
    r"(?:page )?suivante?s?|nachste(?: seite)?|weiter|(?:pagina )?successiv[oa]|avanti|volgende|"
    r"nasta|下一页|下页|次へ|التالي|الصفحة التالية|следующая|далее)[ ›»>→.]*|[›»>→]+|&gt;"
)
NEXT_NAMES = re.compile(r"(?:^|[-_ ])(?:next|siguiente|suivant|proxima|weiter)(?:$|[-_ ])", re.I)
PARAMETERS = ("page", "p", "pg", "paged", "pagina", "pagenum", "pageno", "pagenumber", "seite",
              "currentpage", "page_no", "start", "offset", "from", "s", "skip", "begin",
              "rpp")  # fmt: skip
OFFSETS = frozenset({"start", "offset", "from", "skip", "begin", "s"})
PATH_PAGE = re.compile(r"(?:/page/|/p/|/pagina/|/seite/|/page-|/page)(\d{1,5})(?=/|$|\.html?$)")
MOST_LINKS = 3000
TOTAL_TAGS = frozenset(
    ["p", "div", "span", "h1", "h2", "h3", "h4", "strong", "em", "b", "small", "td", "li",
     "caption"]
)  # fmt: skip
LONGEST_TOTAL = 120


class Turning(NamedTuple):
    """How pages are turned: the selector of the link to the next one, or `[paging]` settings."""

    next: str = ""
    paging: tuple[Line, ...] = ()
    location: str = ""


def find_turning(index: PageIndex, address: str, entries: Sequence[_Element]) -> Turning:
    """Return how the page after this one is reached; empty where there is none or no telling."""
    if selector := find_next(index, entries):
        return Turning(next=selector)
    if address.startswith(("http://", "https://")):
        return find_numbers(index, address)
    return Turning()


def find_next(index: PageIndex, entries: Sequence[_Element]) -> str:
    """Return the selector of the link to the next page, or an empty text."""
    inside = set(entries)
    head = [
        link for link in index.root.iter("link") if link.get("rel") == "next" and link.get("href")
    ]
    links = [
        link
        for link in list(index.body.iter("a"))[:MOST_LINKS]
        if link.get("href", "").strip() not in {"", "#"}
        and not any(above in inside for above in link.iterancestors())
    ]
    rel = [link for link in links if "next" in link.get("rel", "").lower().split()]
    if rel and len({link.get("href") for link in rel}) == 1:
        return _selector(rel[0], index, [Form(0.1, "a[rel=next]"), Form(0.2, 'a[rel~="next"]')])
    if head:
        return "link[rel=next]"
    worded = [link for link in links if _says_next(link, index)]
    if not worded or len({link.get("href") for link in worded}) > 1:
        return ""
    return _selector(worded[0], index, [])


def _says_next(link: _Element, index: PageIndex) -> bool:
    texts = [index.text(link), link.get("title", ""), link.get("aria-label", "")]
    parent = link.getparent()
    if parent is not None and NEXT_NAMES.search(parent.get("class", "")):
        return True
    if NEXT_NAMES.search(link.get("class", "")) or NEXT_NAMES.search(link.get("id", "")):
        return True
    return any(
        NEXT_WORDS.fullmatch(without_accents(text).casefold().strip()) for text in texts if text
    )


def _selector(link: _Element, index: PageIndex, usual: list[Form]) -> str:
    """Return a selector that finds the link, or links to the same page, and nothing else."""
    forms = [*usual, *(form for form in index.forms.own(link) if form.css != "a")]
    contexts = index.forms.contexts(link, 3)
    forms += [
        Form(c.cost + f.cost, c.css + f.css) for c in contexts for f in index.forms.own(link)[:3]
    ]
    for name in ("aria-label", "title"):
        value = link.get(name, "")
        if value and '"' not in value and "\\" not in value and value.isprintable():
            forms.append(Form(1.2, f'a[{name}="{value}"]'))
    for form in sorted(forms):
        found = finder(form.css)(index.root)
        hrefs = {item.get("href") for item in found if not isinstance(item, str)}
        if hrefs == {link.get("href")}:
            return form.css
    text = index.text(link)
    if text and '"' not in text:
        path = f'xpath://a[normalize-space()="{text}"]'
        hrefs = {i.get("href") for i in finder(path)(index.root) if not isinstance(i, str)}
        if hrefs == {link.get("href")}:
            return path
    return ""


def find_numbers(index: PageIndex, address: str) -> Turning:
    """Return the `[paging]` of a page that links to numbered pages of itself."""
    here = urlsplit(address)
    numbers: dict[str, dict[int, str]] = {}
    for link in list(index.body.iter("a"))[:MOST_LINKS]:
        try:
            parts = urlsplit(urljoin(address, link.get("href", "").strip()))
        except ValueError:
            continue
        if parts.netloc != here.netloc:
            continue
        if parts.path.rstrip("/") == here.path.rstrip("/"):
            for name, value in parse_qsl(parts.query):
                if name.lower() in PARAMETERS and value.isdigit() and len(value) < 7:  # noqa: PLR2004
                    numbers.setdefault(name, {}).setdefault(int(value), index.text(link))
        elif (found := PATH_PAGE.search(parts.path)) and _same_listing(
            parts.path, here.path, found
        ):
            place = parts.path[: found.start(1)] + "{page}" + parts.path[found.end(1) :]
            location = f"{here.scheme}://{here.netloc}{place}" + (
                f"?{here.query}" if here.query else ""
            )
            return Turning(paging=(Line("first", 1, "The pages are numbered in their addresses."),),
                           location=location)  # fmt: skip
    for name, found_numbers in sorted(numbers.items(), key=lambda pair: -len(pair[1])):
        return Turning(paging=tuple(_numbered(name, found_numbers, address)),
                       location=without_parameter(address, name))  # fmt: skip
    return Turning()


def _same_listing(path: str, here: str, found: re.Match[str]) -> bool:
    before = path[: found.start()]
    return here.rstrip("/").startswith(before.rstrip("/")) or before.rstrip("/") == PATH_PAGE.sub(
        "", here
    ).rstrip("/")


def _numbered(name: str, links: Mapping[int, str], address: str) -> Iterator[Line]:
    """Yield the settings for pages numbered by a parameter; `links` maps values to link texts."""
    yield Line("parameter", name, "The page links to others of the listing by this parameter.")
    current = dict(parse_qsl(urlsplit(address).query)).get(name, "")
    values = sorted({*links, *([int(current)] if current.isdigit() else [])})
    told = sorted((int(text), value) for value, text in links.items() if text.isdigit())
    steps = [(b[1] - a[1]) // (b[0] - a[0]) for a, b in pairwise(told) if b[0] > a[0]]
    steps = steps or [b - a for a, b in pairwise(values)]
    step = min((one for one in steps if one > 0), default=values[0] or 1)
    if name.lower() not in OFFSETS:
        step = 1
    first = told[0][1] - (told[0][0] - 1) * step if told else 0 if values in ([1], [0, 1]) else 1
    if name.lower() in OFFSETS and not told:
        first = values[0] % step
    if first in {0, *values} and first != 1:
        yield Line("first", first)
    if step != 1:
        yield Line("step", step)


def find_total(index: PageIndex, count: int) -> str:
    """Return the selector of the text that declares the number of entries, or an empty text."""
    for element in index.elements:
        if element.tag not in TOTAL_TAGS or not 0 < index.letters[element] <= LONGEST_TOTAL:
            continue
        total = declared_total(index.text(element))
        if total is None or not total.certain or total.number < count:
            continue
        if any(declared_total(index.text(child)) for child in element if child in index.letters):
            continue
        forms = [form for form in index.forms.own(element) if form.css != element.tag]
        forms += [
            Form(c.cost + f.cost, c.css + f.css)
            for c in index.forms.contexts(element, 3)
            for f in index.forms.own(element)[:2]
        ]
        if form := exact(sorted(forms), [index.root], [[element]]):
            return form.css
    return ""
