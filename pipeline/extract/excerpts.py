"""Which of the texts of an entry is its abstract: the summary, unless it is a cut-off beginning."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from typing import NamedTuple

END = 600
"""Characters of markup at a text's end that are looked at."""

TAG = re.compile(r"<[^<>]*>")
MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|<!--|&(?:#\w{1,8}|[A-Za-z]\w{1,31});")
FOOTER = re.compile(r"\bThe post .{1,300} appeared first on .{1,200}$", re.IGNORECASE | re.DOTALL)
INVITATIONS = (
    "continue reading|read more|read the rest|learn more|keep reading|view full"
    "|leer m[aá]s|seguir leyendo|contin[uú]a(?:r)? leyendo|sigue leyendo"
    "|lire la suite|en savoir plus|lire plus|continuer la lecture"
    "|leia mais|ler mais|saiba mais|continue (?:lendo|a ler)|continuar (?:lendo|a ler)"
    "|weiterlesen|mehr lesen|leggi tutto|continua a leggere|lees (?:meer|verder)"
)
CUT = re.compile(
    r"(?:\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.|→|»)\s*$"
    rf"|(?:\[\s*(?:…|\.\.\.)\s*\]|…|\.\.\.)\s*(?:\(?(?:{INVITATIONS}|more)\b.{{0,200}})$"
    rf"|(?:^|[.!?\])]\s)(?:{INVITATIONS})\s*[.…»→>)\]]{{0,4}}$",
    re.IGNORECASE | re.DOTALL,
)


class Excerpt(NamedTuple):
    """A text that may serve as the abstract; `markup` says that it is HTML."""

    value: str
    language: str = ""
    markup: bool = False


NONE = Excerpt("")


def best_abstract(candidates: Iterable[Excerpt]) -> Excerpt:
    """Return the first of `candidates` that is whole, else the first that says anything.

    They stand from the most to the least abstract-like: an abstract, a summary, the whole content.
    """
    said = [candidate for candidate in candidates if candidate.value.strip()]
    return next((one for one in said if not is_cut_off(one.value)), said[0] if said else NONE)


def is_cut_off(text: str) -> bool:
    """Say whether `text` (plain or HTML) ends as the automatic beginnings of blogs do.

    >>> is_cut_off("<p>Fair lending [&hellip;]</p>"), is_cut_off("Fair lending.")
    (True, False)
    """
    end = FOOTER.sub("", " ".join(html.unescape(TAG.sub(" ", text[-END:])).split()))
    return bool(CUT.search(end.rstrip()))


def looks_like_html(text: str) -> bool:
    """Say whether `text` holds tags or character references.

    >>> looks_like_html("a <b>c</b>"), looks_like_html("a < b & c")
    (True, False)
    """
    return bool(MARKUP.search(text))
