"""Soft 404s: an answer that says 200, and a page that says there is none."""

from __future__ import annotations

import codecs
import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.extract.decoding import canonical
from pipeline.extract.payloads import shown

if TYPE_CHECKING:
    from lxml import etree

FRONT = re.compile(r"/?(?:(?:index|home|default)(?:\.\w{2,5})?)?/?", re.IGNORECASE)
"""The path of a site's front page."""

SHORT = 600
"""Characters of text up to which a page says nothing else; a longer one may well be on the
subject of things that were not found."""

LONGEST_SAID = 100

_THING = r"(?:page|file|document|resource|item|article|url|content|record|publication)"
_COSA = r"(?:pagina|documento|archivo|arquivo|ficheiro|articulo|artigo|recurso|contenido|conteudo)"
_CHOSE = r"(?:page|document|fichier|article|ressource|contenu)"
_DING = r"(?:seite|dokument|datei|artikel|inhalt)"

# Of texts in lower case without accents.
MISSING = re.compile(
    "|".join(
        (
            r"^(?:error |erreur |fehler |erro )?404\b",
            r"\b(?:error|erreur|fehler|erro|http)[ :]+404\b",
            r"\b404 (?:error|fehler|erreur|not|page|seite|pagina)\b",
            r"\bnot found\b",
            r"\bcould ?n[o']t be found\b|\bcan ?n?[o']t be found\b",
            r"\b(?:could ?n[o']t|can ?n?[o']t) find (?:the|that|this) " + _THING,
            _THING + r"\b.{0,60}\b(?:does ?n[o']t exist|no longer (?:exists?|available))",
            _THING + r"\b.{0,60}\b(?:is no longer available|has been (?:removed|deleted))",
            r"\bno (?:se )?(?:ha |fue |ha sido )?encontrad[oa]\b|\bno se (?:ha )?encontr[oa]",
            r"\bnao (?:foi )?encontrad[oa]\b|\bnao encontramos\b",
            _COSA + r"\b.{0,60}\b(?:ya no|ja nao|no|nao) (?:existe|esta disponi\w+)",
            r"\bintrouvable\b",
            _CHOSE + r"\b.{0,60}\b(?:non trouvee?|n'existe (?:pas|plus)|n'a pas ete trouvee?)",
            _CHOSE + r"\b.{0,60}\bn'est plus disponible",
            _DING + r"\b.{0,60}\b(?:nicht gefunden|existiert nicht|nicht (?:mehr )?"
            r"(?:verfugbar|vorhanden))",
        )
    )
)


def leads_home(first: str, last: str) -> bool:
    """Say whether a link to a page within a site has ended at a site's front page.

    >>> leads_home("https://a.example/doc/7", "https://www.a.example/")
    True
    >>> leads_home("https://a.example/", "https://www.a.example/")
    False
    """
    return not _is_front(first) and _is_front(last)


def _is_front(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.query and FRONT.fullmatch(parts.path) is not None


def says_missing(data: bytes, charset: str, *, whole: bool) -> str:
    """Return the words with which a page (HTML) says that it is not there, or an empty text.

    Its title and headings are looked at, and all its text where that is short; `whole` says
    whether `data` is all of the page.

    >>> says_missing(b"<title>P&aacute;gina no encontrada | Demo</title>", "", whole=True)
    'Página no encontrada | Demo'
    """
    titles, text = _texts(data, charset)
    if whole and len(text) <= SHORT:
        titles.append(text)
    return next((shown(one, LONGEST_SAID) for one in titles if MISSING.search(_folded(one))), "")


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    return "".join(one for one in letters if not unicodedata.combining(one))


def _texts(data: bytes, charset: str) -> tuple[list[str], str]:
    """Return the title and first headings of a page, and all its visible text."""
    from lxml import etree, html

    text = _decoded(data, charset).replace("\0", "")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError):  # nothing in it
        return [], ""
    etree.strip_elements(tree, "script", "style", "noscript", "template", with_tail=False)
    heads = [*tree.findall(".//title")[:1], *tree.findall(".//h1")[:2]]
    titles = [_words(one)[:SHORT] for one in heads]
    body = tree.find("body")
    return titles, _words(body) if body is not None else ""


def _words(element: etree._Element) -> str:
    return " ".join(" ".join(str(piece) for piece in element.itertext()).split())


def _decoded(data: bytes, charset: str) -> str:
    """Return a text whose end may be cut off in the middle of a letter."""
    try:
        return codecs.getincrementaldecoder(canonical(charset) or "utf-8")().decode(data)
    except UnicodeError:
        return data.decode("iso-8859-1")
