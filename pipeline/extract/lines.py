"""The lines of a copied page, and the forms in which labels and furniture are compared.

Lines end at CR, LF, VT, FF, U+2028 and U+2029 only: U+0085 and U+00A0 may be halves of a damaged
letter, so they are no line end, and stay at a line's end where they follow such a letter.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

import msgspec

LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\u2028\u2029]")
NO_BREAK_SPACE = "\u00a0"
BLANK = " \t\u1680\u202f\u205f\u2060\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200C)))
WORD = re.compile(r"\w+")
CONJUNCTIONS = frozenset({"and", "y", "e", "et", "und"})
"""What `&` stands for; all are left out when labels are compared."""

LEAST_LETTERS = 4
SENTENCE_WORDS = 12
"""Words from which a line that ends in a full stop is taken for a sentence of an abstract."""

TITLE_WORDS = 30
"""Words from which a line is prose even without a full stop."""

SENTENCE_END = re.compile(r"[.…。](?:[\"'”’»)\]]|\[\d+\])*$")


class Line(msgspec.Struct, frozen=True):
    """A line that is not blank: its number in the file from 1; whether a blank one came before."""

    number: int
    text: str
    spaced: bool


def lines_of(text: str) -> Iterator[Line]:
    """Yield the lines of `text` that are not blank, without the blanks around them."""
    start, number, spaced = 0, 1, True
    length = len(text)
    while start <= length:
        end = LINE_END.search(text, start)
        stop = end.start() if end else length
        line = strip(text[start:stop])
        if line:
            yield Line(number, line, spaced)
        spaced = not line
        if end is None:
            return
        start, number = end.end(), number + 1


def strip(line: str) -> str:
    r"""Remove white space around `line`, but not a U+00A0 or U+0085 that may be half a letter.

    >>> strip("\u00a0 Guidelines\u00a0 "), strip("voil\u00c3\u00a0")
    ('Guidelines', 'voilÃ\xa0')
    """
    line = line.lstrip(BLANK + NO_BREAK_SPACE)
    kept = line.rstrip(BLANK + NO_BREAK_SPACE)
    if line[len(kept) : len(kept) + 1] == NO_BREAK_SPACE and not kept[-1:].isascii():
        return kept + NO_BREAK_SPACE
    return kept


def folded(text: str) -> str:
    """Return the letters and digits of `text`, in lower case, without accents or conjunctions.

    >>> folded("Case studies &amp; Field examples:") == folded("Case Studies and field examples")
    True
    """
    if "&" in text:
        text = html.unescape(text)
    words = WORD.findall(without_accents(text).casefold())
    return "".join(word for word in words if word not in CONJUNCTIONS) or "".join(words)


def without_accents(text: str) -> str:
    """Return `text` in compatibility form without its accents."""
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join([c for c in decomposed if c.isascii() or not unicodedata.combining(c)])


def skeleton(text: str) -> str:
    """Return `folded` of the ASCII characters alone, which every encoding damage leaves alone.

    Empty where too little is left to tell one text from another.
    """
    kept = folded(text.encode("ascii", "ignore").decode("ascii"))
    return kept if len(kept) >= LEAST_LETTERS and 2 * len(kept) > len(text) else ""


def is_sentence(line: str, title_longest: int) -> bool:
    """Say whether `line` is prose: too long for a title, or long and ended by a full stop.

    Question and exclamation marks do not count, as titles end in them too.
    """
    if len(line) > title_longest:
        return True
    words = line.count(" ") + 1
    return words >= TITLE_WORDS or (words >= SENTENCE_WORDS and bool(SENTENCE_END.search(line)))


def is_short(line: str) -> bool:
    """Say whether `line` looks like a title, menu item or heading: few words, no full stop."""
    return line.count(" ") + 1 < SENTENCE_WORDS and not SENTENCE_END.search(line)
