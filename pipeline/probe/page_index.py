"""A page of HTML as the probe looks at it: its visible elements, how much each holds, furniture.

Furniture is what a page has around its listing: menus, filters, side columns, pagers, footers.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from pipeline.extract.element_text import UNSEEN, text_of
from pipeline.probe.forms import Forms
from pipeline.probe.names import words_of

if TYPE_CHECKING:
    from lxml.etree import _Element

NEVER_READ = UNSEEN | {"select", "option", "datalist", "textarea", "iframe", "object"}

MOST_ELEMENTS = 20_000
"""Elements that are looked at; a listing repeats itself long before."""

FURNITURE_TAGS = {"nav": 0.1, "footer": 0.1, "aside": 0.3, "header": 0.4, "form": 0.6,
                  "select": 0.05, "button": 0.3, "dialog": 0.1, "menu": 0.2}  # fmt: skip
FURNITURE_ROLES = {"navigation": 0.1, "banner": 0.3, "contentinfo": 0.1, "complementary": 0.3,
                   "search": 0.4, "menu": 0.1, "menubar": 0.1, "dialog": 0.1, "alert": 0.2,
                   "tablist": 0.2, "toolbar": 0.2, "tooltip": 0.1, "listbox": 0.2}  # fmt: skip
STRONG = frozenset(
    ["nav", "navbar", "navigation", "menu", "submenu", "footer", "breadcrumb",
     "breadcrumbs", "crumbs", "pagination", "pager", "paginator", "cookie", "cookies",
     "consent", "gdpr", "social", "share", "sharing", "sidebar", "sidemenu", "skip",
     "tagcloud", "facet", "facets", "login", "toolbar", "modal", "popup", "dropdown",
     "dialog", "megamenu", "topbar", "sitemap", "banner", "advert", "advertisement",
     "sponsor", "sponsors", "newsletter", "subscribe", "toc", "menue", "navi", "fusszeile"]
)  # fmt: skip
WEAK = frozenset(
    ["related", "recommended", "recommendations", "popular", "trending", "recent", "filter",
     "filters", "refine", "widget", "comments", "comment", "header", "masthead", "promo",
     "ad", "ads", "aside", "side", "left", "right", "latest", "tools", "copyright",
     "partners", "language", "languages", "carousel", "slider", "hero", "featured", "cloud",
     "suggestions", "also", "quicklinks", "rail", "marginalia"]
)  # fmt: skip
STRONG_WEIGHT, WEAK_WEIGHT = 0.12, 0.4
HIDDEN_WEIGHT = 0.3
MAIN_WEIGHT = 1.3
MOST_OF_PAGE = 0.6
"""Share of the page's text from which an element is the page, whatever its name says."""

MAIN_IDS = frozenset(
    {"main", "content", "maincontent", "main-content", "mw-content-text", "inhalt"}
)


class PageIndex:
    """The elements of a page in their order, with the figures that are asked for again and again.

    `parts` is the number of elements in an element, itself included, `letters` that of the visible
    characters in it; `weights` is near 0 for furniture, 1 for content, above it for the main part.
    """

    def __init__(self, root: _Element) -> None:
        """Take the root element of a parsed page."""
        self.root = root
        body = next(root.iter("body"), root)
        self.body: _Element = body
        self.elements: list[_Element] = _visible(body)
        self.letters: dict[_Element, int] = {}
        self.parts: dict[_Element, int] = {}
        self._count()
        self.weights = _weights(self.elements, self.letters)
        self.forms = Forms()
        self._texts: dict[_Element, str] = {}

    def _count(self) -> None:
        letters, parts = self.letters, self.parts
        for element in self.elements:
            letters[element] = len("".join((element.text or "").split()))
            parts[element] = 1
        for element in reversed(self.elements):
            parent = element.getparent()
            if parent is not None and parent in letters:
                letters[parent] += letters[element] + len("".join((element.tail or "").split()))
                parts[parent] += parts[element]

    def text(self, element: _Element) -> str:
        """Return the visible text of an element on one line."""
        found = self._texts.get(element)
        if found is None:
            found = self._texts[element] = " ".join(text_of(element).split())
        return found

    @property
    def is_cut(self) -> bool:
        """Say whether the page has more elements than are looked at."""
        return len(self.elements) >= MOST_ELEMENTS

    @cached_property
    def content_letters(self) -> float:
        """Return the number of characters of the page that are not furniture, at least 1."""
        own = 0.0
        for element in self.elements:
            inside = sum(self.letters.get(child, 0) for child in element)
            own += max(0, self.letters[element] - inside) * min(1.0, self.weights[element])
        return max(own, 1.0)


def is_plain(tag: object) -> bool:
    """Say whether a node is an element, not a comment or an entity."""
    return isinstance(tag, str)


def _visible(body: _Element) -> list[_Element]:
    found: list[_Element] = []
    waiting = [body]
    while waiting and len(found) < MOST_ELEMENTS:
        element = waiting.pop()
        if not is_plain(element.tag) or element.tag in NEVER_READ:
            continue
        found.append(element)
        waiting.extend(reversed(list(element)))
    return found


def _weights(elements: list[_Element], letters: dict[_Element, int]) -> dict[_Element, float]:
    weights: dict[_Element, float] = {}
    whole = max(1, letters[elements[0]]) if elements else 1
    for element in elements:
        parent = element.getparent()
        weight = weights.get(parent, 1.0) if parent is not None else 1.0
        share = letters[element] / whole
        if _is_main(element) and weight >= 1.0:
            weight = MAIN_WEIGHT
        elif share < MOST_OF_PAGE:
            weight *= _own_weight(element)
        weights[element] = weight
    return weights


def _is_main(element: _Element) -> bool:
    return (
        element.tag == "main"
        or element.get("role", "") == "main"
        or element.get("id", "").lower() in MAIN_IDS
    )


def _own_weight(element: _Element) -> float:
    """Return how far an element's own name, role or style says that it is content."""
    weight = min(
        FURNITURE_TAGS.get(element.tag, 1.0), FURNITURE_ROLES.get(element.get("role", ""), 1.0)
    )
    names = f"{element.get('class', '')} {element.get('id', '')}"
    if names != " ":
        words = words_of(names)
        if words & STRONG:
            weight = min(weight, STRONG_WEIGHT)
        elif words & WEAK:
            weight = min(weight, WEAK_WEIGHT)
    style = "".join(element.get("style", "").split()).lower()
    if (
        "display:none" in style
        or element.get("aria-hidden") == "true"
        or "hidden" in element.attrib
    ):
        weight = min(weight, HIDDEN_WEIGHT)
    return weight
