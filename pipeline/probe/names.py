"""How far a class name or id can be relied on to find an entry again, and the words it is made of.

Names that a build made up (`css-1x2y3`), that count (`post-123`) or that say a state (`odd`) do not
stay; names that say how something looks (`col-md-4`, `mb-3`) stay, but are shared by much else.
"""

from __future__ import annotations

import re
from functools import lru_cache

SEMANTIC, PLAIN, LOOKS = 0.0, 0.6, 2.5
"""What a name costs in a selector: the less, the more it says."""

IDENTIFIER = re.compile(r"-?[A-Za-z_][\w-]*", re.ASCII)
MADE_UP = re.compile(
    r"(?:css|sc|jsx|svelte|emotion|jss|makeStyles|Mui\w*|chakra|v|ng|data-v|tw|ember|yui|ext-gen|"
    r"gwt-uid|react|x-gen)[-_]?(?=[\w-]*\d)[\w-]+|_?[0-9a-f]{6,}|_ngcontent[\w-]*|_nghost[\w-]*"
)
HASHED_END = re.compile(r".*(?:__|--|_|-)(?=[A-Za-z]*\d|[a-z]*[A-Z][a-z]+[A-Z])[A-Za-z0-9]{5,8}")
NUMBERED = re.compile(r".*(?:^|[-_]|(?<=[a-z]))\d+")
LONG_NUMBER = re.compile(r"\d{3,}")
STATE = re.compile(
    r"(?:odd|even|first|last|active|current|selected|open(?:ed)?|closed?|show|shown|hide|hidden|"
    r"visible|invisible|collapsed?|expanded?|in|out|fade|alt|altrow|disabled|enabled|focus|hover|"
    r"loaded|lazy\w*|sticky|promoted|new|featured|highlight(?:ed)?|unread|read|visited|js|no-js|"
    r"is-[\w-]+|has-[\w-]+|status-[\w-]+|tag-[\w-]+|category-[\w-]+|format-[\w-]+|hentry|"
    r"(?:\w+-)?(?:first|last|odd|even)|(?:views-)?row-(?:odd|even|first|last)|"
    r"wow|animated?|aos-[\w-]+|clearfix|group|post_format-[\w-]+|type-post|instock)"
)
UTILITY = re.compile(
    r"(?:(?:xs|sm|md|lg|xl|2xl|xxl|hover|focus|dark|print|first|last|group-hover|motion-\w+):.+)"
    r"|-?(?:[mp][trblxyse]?|gap(?:-[xy])?|space-[xy]|inset(?:-[xy])?|top|left|right|bottom|z|order"
    r"|w|h|min-[wh]|max-[wh]|size|basis|leading|tracking|opacity|rotate|scale|duration|delay|ease"
    r"|g|gx|gy|fs|fw|lh|ratio|offset)-[\w./\[\]%-]+"
    r"|(?:text|bg|border|rounded|shadow|ring|font|fill|stroke|from|to|via|divide|outline|cursor"
    r"|overflow|object|items|justify|self|content|align|flex|grid|col|row|float|d|display|position"
    r"|transition|transform|line-clamp|whitespace|break|list|aspect|animate|select|table)"
    r"(?:-[\w./\[\]%-]+)?"
    r"|(?:col|row|cols|columns?|cell|span|grid|large|medium|small|uk|pure-u|one|two|three|four|six)"
    r"[-_](?:\w+[-_])*\d+(?:-\d+)?|(?:small|medium|large)-\d+|span\d+|col\d+"
    r"|container(?:-fluid|-\w+)?|wrapper|wrap|inner|outer|row|columns?|cols?|flex|grid|block|inline"
    r"|inline-block|hidden|relative|absolute|fixed|sticky|static|truncate|uppercase|lowercase"
    r"|capitalize|italic|underline|antialiased|img-fluid|img-responsive|img-thumbnail|lead|small"
    r"|muted|center(?:ed)?|left|right|pull-(?:left|right)|clear|cf|bold|normal|h[1-6]|h-100|w-100"
    r"|btn|btn-[\w-]+|fa|fas|far|fab|fa-[\w-]+|glyphicon[\w-]*|icon|icon-[\w-]+|sr-only"
    r"|visually-hidden|ui|widget|box|panel|border|shadow|rounded|MsoNormal|style\d*|Standard"
)
ENTRY_WORDS = frozenset(
    ["item", "entry", "entries", "result", "results", "resource", "record", "listing",
     "row", "card", "post", "article", "dataset", "document", "publication", "report",
     "book", "paper", "hit", "teaser", "product", "work", "tool", "media", "story", "news",
     "event", "course", "node", "summary", "citation", "element", "artifact", "eintrag",
     "treffer", "resultado", "recurso", "ficha", "notice", "views", "obj", "ep", "ds",
     "search", "library"]
)  # fmt: skip
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+|\d+")


@lru_cache(maxsize=8192)
def cost(name: str) -> float | None:  # noqa: PLR0911 - a case a make of name
    """Return what it costs to rely on a class name or id; None where it must not be relied on.

    >>> cost("dataset-item"), cost("listing"), cost("col-md-4"), cost("css-1x2y3z"), cost("odd")
    (0.0, 0.0, 2.5, None, None)
    """
    if not name or "\\" in name or len(name) > 60 or STATE.fullmatch(name):  # noqa: PLR2004 - longer ones are no names
        return None
    words = words_of(name)
    if UTILITY.fullmatch(name) and not words & (ENTRY_WORDS - {"row"}):
        return LOOKS
    if not IDENTIFIER.fullmatch(name) or MADE_UP.fullmatch(name) or LONG_NUMBER.search(name):
        return None
    parts = WORD.findall(name)
    if len(parts) > 2 and name.isalnum() and min(map(len, parts)) <= 2:  # noqa: PLR2004
        return None  # such as eVdKCo
    if HASHED_END.fullmatch(name) or NUMBERED.fullmatch(name):
        return None
    if words & ENTRY_WORDS:
        return SEMANTIC
    return PLAIN if any(len(word) > 2 for word in words) else 2 * PLAIN  # noqa: PLR2004


@lru_cache(maxsize=8192)
def words_of(name: str) -> frozenset[str]:
    """Return the words of a name in lower case.

    >>> sorted(words_of("views-field-fieldAuthor"))
    ['author', 'field', 'views']
    """
    return frozenset(word.lower() for word in WORD.findall(name[:200]))


def made_up_stem(name: str) -> str:
    """Return the part of a CSS-module name that stays from build to build, or an empty text.

    >>> made_up_stem("ResourceCard_card__x7Y2a"), made_up_stem("card")
    ('ResourceCard_card__', '')
    """
    found = re.fullmatch(r"([A-Za-z][A-Za-z-]*(?:_[A-Za-z-]+)?__)[\w-]{5,8}", name, re.ASCII)
    return found.group(1) if found and HASHED_END.fullmatch(name) else ""
