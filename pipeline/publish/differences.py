"""Before -> after, word by word, with what changed marked."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from pipeline.publish.markup import Markup, element, escape, join

# Unchanged words that stand around a change; longer stretches are left out.
CONTEXT = 6
# Word by word comparison is quadratic at worst; longer texts are shown as changed altogether.
MOST_WORDS = 400
# A tag is a word of its own, so that the text beside it is not taken for changed.
_WORDS = re.compile(r"<[^<>\s]{1,80}>|\s+|[^\s<]+|<")
_ELLIPSIS = Markup(' <span class="gap">…</span> ')


def differences(before: str, after: str) -> tuple[Markup, Markup]:
    """Return both texts as markup, the words that differ in `del` and `ins`.

    >>> differences("CobranĂ§a digna", "Cobrança digna")[1]
    '<ins>Cobrança</ins> digna'
    """
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return element("del", before), element("ins", after)
    left: list[Markup] = []
    right: list[Markup] = []
    for kind, old_start, old_end, new_start, new_end in _operations(old, new):
        if kind == "equal":
            at_start, at_end = old_start == 0, old_end == len(old)
            shown = _shortened(old[old_start:old_end], at_start=at_start, at_end=at_end)
            left.append(shown)
            right.append(shown)
            continue
        if old_end > old_start:
            left.append(element("del", "".join(old[old_start:old_end])))
        if new_end > new_start:
            right.append(element("ins", "".join(new[new_start:new_end])))
    return join(left), join(right)


def _operations(old: list[str], new: list[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """Yield what `SequenceMatcher.get_opcodes` does; what both begin and end with is cut first."""
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    rest = shorter - head
    tail = next((at for at in range(rest) if old[-1 - at] != new[-1 - at]), rest)
    if head:
        yield "equal", 0, head, 0, head
    middle = difflib.SequenceMatcher(
        None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False
    )
    for kind, old_start, old_end, new_start, new_end in middle.get_opcodes():
        yield kind, old_start + head, old_end + head, new_start + head, new_end + head
    if tail:
        yield "equal", len(old) - tail, len(old), len(new) - tail, len(new)


def _shortened(words: list[str], *, at_start: bool, at_end: bool) -> Markup:
    # Words and the spaces between them are tokens each.
    margin = 2 * CONTEXT
    if len(words) <= 2 * margin or (at_start and at_end):
        return escape("".join(words))
    if at_start:
        return join([_ELLIPSIS, "".join(words[-margin:])])
    if at_end:
        return join(["".join(words[:margin]), _ELLIPSIS])
    return join(["".join(words[:margin]), _ELLIPSIS, "".join(words[-margin:])])
