"""Text as a source gave it -> plain NFC text: markup, entities, invisible characters, white space.

Two steps, because encoding repair stands between them and needs the characters that the second
removes (U+00A0, U+00AD and C1 controls are halves of damaged letters): `plain` takes the markup
away, `normalise` leaves Unicode that is fit to publish. Spelling is never touched.
"""

from __future__ import annotations

import html
import re
import unicodedata
from html.entities import html5

LONGEST = 100_000  # characters of one value; a longer one is cut, and the caller says so
PASSES = 2  # `&amp;eacute;` is common (escaped twice), deeper nesting is somebody's example
MOST_NESTED = 5  # tags that only come to light when another is removed (`<<b>b>`)

_BLOCK_NAMES = (
    "address|article|aside|blockquote|body|center|dd|details|div|dl|dt|fieldset|figcaption|figure"
    "|footer|form|h1|h2|h3|h4|h5|h6|header|hr|html|li|main|nav|ol|p|pre|section|summary|table"
    "|tbody|tfoot|thead|tr|ul"
)
_INLINE_NAMES = (
    "a|abbr|acronym|b|bdi|bdo|big|br|cite|code|del|dfn|em|font|i|img|input|ins|kbd|label|mark|q|s"
    "|samp|small|span|strike|strong|sub|sup|td|th|time|tt|u|var|wbr"
)
_HIDDEN_NAMES = "script|style|template|noscript|head|svg|math|iframe|object|select|textarea"
BLOCKS = frozenset(_BLOCK_NAMES.split("|"))
HIDDEN = frozenset(_HIDDEN_NAMES.split("|"))
BOUNDARIES = {**dict.fromkeys(BLOCKS, "\n\n"), "br": "\n", "td": " ", "th": " "}

ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
ATTRIBUTE = (
    r"""\s{1,20}[A-Za-z_:][\w:.-]{0,60}\s?=\s?"""
    r"""(?:"[^"<>]{0,2000}"|'[^'<>]{0,2000}'|[^\s"'<>=]{1,2000})"""
)
TAG = re.compile(
    rf"</?({_BLOCK_NAMES}|{_INLINE_NAMES})(?:{ATTRIBUTE}){{0,30}}\s{{0,20}}/?>", re.IGNORECASE
)
COMMENT = re.compile(r"<!--[^<>]{0,2000}-->|<!\[CDATA\[|\]\]>")
PROGRAM = re.compile(r"<(?:script|style)[\s>/]", re.IGNORECASE)

PARAGRAPH = "\n\n"
VIRAMA = 9  # the canonical combining class of the sign that mutes a vowel
TOO_DEEP = "depth"  # in libxml2's message when it gives up on nested elements
# What no parser, repair or output can take: NUL, and halves of a surrogate pair.
UNREADABLE = re.compile("[\x00\ud800-\udfff]")

_ENDS = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
JOINERS = "\u180e\u200c\u200d"
# Characters that are seen as nothing. U+FFFD stays: it is damage that a person should see.
INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u200b\u2060-\u2065\u206a-\u206f\ufeff"
    f"\ufdd0-\ufdef\ufff0-\ufffc{_ENDS}\U000e0000-\U000e0fff\ud800-\udfff]"
)
DIRECTED = re.compile(f"[{BIDI}{JOINERS}]")
# Line ends that U+00AD hyphenates: the word goes on behind them.
HYPHENATED = re.compile("\xad[ \t]*(?:\r\n|[\n\r\x0b\x0c\x85\u2028])[ \t]*")
WHITE_SPACE = re.compile(r"[\t\n\r\f ]+")
SPACES = re.compile(r"[\s\x1c-\x1f\u1680\u2000-\u200a\u202f\u205f\u3000\xa0]+")
LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028]")
PARAGRAPHS = re.compile(r"[^\S\n]*\n(?:[^\S\n]*\n)+[^\S\n]*")
# Everything that makes `normalise` look closer, in one pass over the text.
SUSPECT = re.compile(
    "[\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000"
    f"\ufdd0-\ufdef\ufeff\ufff0-\ufffc{_ENDS}\U000e0000-\U000e0fff\ud800-\udfff]|  "
)

# Scripts whose words need ZWJ or ZWNJ: Arabic to NKo, Indic, Tibetan to Myanmar, Khmer, Mongolian.
JOINING = re.compile(
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ua840-\ua87f\ufb50-\ufdcf\ufdf0-\ufdff"
    "\ufe70-\ufefc\U00010a00-\U00011fff\U0001e900-\U0001e95f]"
)
RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
OPENING = {
    **dict.fromkeys("\u202a\u202b", "\u202c"),  # embeddings and what ends them
    **dict.fromkeys("\u2066\u2067\u2068", "\u2069"),  # isolates
}
CLOSING = frozenset({"\u202c", "\u2069"})
OVERRIDES = frozenset({"\u202d", "\u202e"})  # they show text in another order than it has


def plain(raw: str, *, markup: bool) -> str:
    """Return `raw` without tags and entities; its other characters stay as they are.

    `markup` says that the value is HTML: it is parsed, what a reader does not see is dropped, and
    blocks and `<br>` become line ends. Any other value loses only what is certainly a stray entity
    (`&eacute;`, up to two deep) or a tag of HTML: `a < b` and `AT&T` stay. Lone surrogates and NUL
    are removed, halves of a pair joined.
    """
    text = raw
    if not text.isascii() or "\x00" in text:
        text = _joined(text)
    if markup and ("<" in text or "&" in text):
        text = _parsed(text)
    if "&" in text:
        for _ in range(PASSES):
            decoded = ENTITY.sub(_decoded, text)
            if decoded == text:
                break
            text = decoded
        text = UNREADABLE.sub("", text)
    if "<" in text:
        text = _parsed(text) if PROGRAM.search(text) else _without_tags(text)
    return text


def normalise(text: str, *, paragraphs: bool = False) -> str:
    r"""Return `text` in NFC, on one line, without invisible characters or space around it.

    With `paragraphs`, blank lines between paragraphs stay, as `\n\n`. Joiners stay where the script
    needs them (Persian, Indic, emoji); bidirectional controls stay only in text that has letters
    written right to left, and only where they are balanced; overrides never.
    """
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if not SUSPECT.search(text):
        return text.strip()
    if not text.isascii():
        text = HYPHENATED.sub("", text)
        text = INVISIBLE.sub("", text)
        if DIRECTED.search(text):
            text = _kept_joiners(_kept_directions(text))
        # What stood on both sides of a removed character may now compose.
        text = unicodedata.normalize("NFC", text)
    else:
        text = INVISIBLE.sub("", text)
    if paragraphs and _has_line_end(text):
        text = LINE_ENDS.sub("\n", text).replace("\u2029", PARAGRAPH)
        pieces = (SPACES.sub(" ", piece).strip() for piece in PARAGRAPHS.split(text))
        return PARAGRAPH.join(piece for piece in pieces if piece)
    return SPACES.sub(" ", text).strip()


def visible(text: str) -> str:
    """Return `text` with all white space made alike: what two values have to differ in to be told.

    Used to decide whether a change is worth keeping as evidence.
    """
    return SPACES.sub(" ", text).strip()


def _joined(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return text.replace("\x00", "")


def _decoded(match: re.Match[str]) -> str:
    entity = match.group()
    if entity[1] != "#" and entity[1:] not in html5:
        return entity
    return html.unescape(entity)


def _without_tags(text: str) -> str:
    for _ in range(MOST_NESTED):
        shorter = TAG.sub(_spaced, COMMENT.sub("", text))
        if shorter == text:
            break
        text = shorter
    return text


def _spaced(match: re.Match[str]) -> str:
    return BOUNDARIES.get(match.group(1).lower(), "")


def _parsed(markup: str) -> str:
    """Return what a reader sees of a piece of HTML (lxml; no network, no entities from outside)."""
    from lxml import etree

    parser = etree.HTMLParser(
        no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        root = etree.fromstring(f"<div>{markup}</div>".encode(), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None or any(TOO_DEEP in error.message for error in parser.error_log):
        return _without_tags(markup)
    pieces: list[str] = []
    hidden = 0
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = str(node.tag)
        boundary = BOUNDARIES.get(tag, "")
        if event == "start":
            hidden += tag in HIDDEN
            text = node.text
        else:
            hidden -= tag in HIDDEN
            boundary, text = "" if tag == "br" else boundary, node.tail
        if not hidden:
            # A line end in the source of a page is a space for its reader.
            pieces += (boundary, WHITE_SPACE.sub(" ", text or ""))
    return "".join(pieces)


def _has_line_end(text: str) -> bool:
    return any(end in text for end in ("\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"))


def _kept_joiners(text: str) -> str:
    kept: list[str] = []
    for place, character in enumerate(text):
        if character in "\u180e\u200c\u200d":
            before = kept[-1] if kept else " "
            after = text[place + 1] if place + 1 < len(text) else " "
            if not _is_needed(character, before, after):
                continue
        kept.append(character)
    return "".join(kept)


def _is_needed(joiner: str, before: str, after: str) -> bool:
    if joiner == "\u180e":
        return "\u1800" <= before <= "\u18af"
    if JOINING.match(before):
        # Behind a word's last letter only the Indic scripts write one.
        return bool(JOINING.match(after)) or unicodedata.combining(before) == VIRAMA
    is_emoji = before == "\ufe0f" or unicodedata.category(before) in {"So", "Sk"}
    return joiner == "\u200d" and is_emoji and unicodedata.category(after) == "So"


def _kept_directions(text: str) -> str:
    if not RIGHT_TO_LEFT.search(text):
        return re.sub(f"[{BIDI}]", "", text)
    open_now: list[str] = []
    for character in text:
        if character in OPENING:
            open_now.append(OPENING[character])
        elif character in CLOSING and (not open_now or open_now.pop() != character):
            open_now = ["unbalanced"]
            break
    if open_now or any(character in text for character in OVERRIDES):
        return re.sub("[\u202a-\u202e\u2066-\u2069]", "", text)
    return text
