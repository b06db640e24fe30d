"""A made-up listing as saved HTML pages, in a catalogue folder of its own: input for a whole run.

`python tests/benchmarks/listing.py COUNT FOLDER` writes it, the same for one seed. Entries are in
four languages, with title, type, abstract, date, link, some with authors: about sixteen triples
each. Every text is put together here; nothing is taken from any listing. One page in twenty is
damaged as the project's own input is: its UTF-8 was read as ISO-8859-16.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

ROOT = Path(__file__).parents[2]
SEED: Final = 437
PAGE: Final = 50  # entries
DAMAGED: Final = 20  # of so many pages one is
SENTENCES: Final = (4, 7)
NO_ABSTRACT, DATED, AUTHORED = 0.03, 0.6, 0.2  # shares of the entries

CATALOGUE: Final = """base = "https://example.org/catalogue/"
languages = ["en", "es", "fr", "pt"]
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
contact = "mailto:catalogue@example.org"

[title]
en = "Made-up resources"

[publisher]
name = "Nobody"
"""
SOURCE: Final = """kind = "html-listing"
location = "made-up/page-*.html"
languages = ["en", "es", "fr", "pt"]
homepage = "https://example.org/listing"

[html]
entry = "article"
total = "p.total"

[html.fields]
type = "p.type"
title = "h3"
description = { select = "div.abstract", html = true }
date = "time"
creator = "p.author"
page = { select = "h3 a", attribute = "href" }

[rights]
licence = "https://creativecommons.org/publicdomain/zero/1.0/"
"""


class Grammar(NamedTuple):
    """The words of one language, by their place in a sentence, and how a title is made of them."""

    types: tuple[str, ...]
    who: tuple[str, ...]
    does: tuple[str, ...]
    what: tuple[str, ...]
    how: tuple[str, ...]
    title: str


_PLACES: Final = (
    *("Abarra", "Belcedo", "Cantelha", "Dorvane", "Elmoro", "Fontigny", "Garubé", "Huesta"),
    *("Iribó", "Jaldira", "Kesouma", "Lomara", "Mirebelle", "Nkolosi", "Oriçanga", "Peñuela"),
    *("Quirimba", "Rosselin", "Sabanín", "Tévora", "Umbala", "Vilarim", "Wassango", "Zefiro"),
)
_NAMES: Final = (
    *("Ana Núñez", "J. O'Hara", "Grupo Vía Común", "Łucja Żak", "Réseau Épargne", "M. Okello"),
    *("Irène Dufrêne", "T. Vasconcelos", "Fundación Ribera", "R. & S. Mbeki"),
)
GRAMMARS: Final = {
    "en": Grammar(
        ("Case studies & Field examples", "Tools & Templates", "Guide/Manual", "Guidelines",
         "Publications"),
        ("the cooperative", "a village bank", "the field team", "the regional network",
         "the board", "a group of lenders", "the training centre", "every branch manager"),
        ("reviews", "describes", "compares", "tests", "publishes", "explains", "measures"),
        ("its procedure for complaints", "digital wages", "the opening hours of its offices",
         "the upkeep of its bicycles", "the minutes of the last meeting", "a map of its villages",
         "the harvest of the past season", "the shelves of the storeroom", "its letters to members",
         "the roof of the meeting hall", "a list of words for beginners", "the radio programme",
         "the timetable of the buses", "the paper forms of its branches", "a calendar of visits",
         "the plans for a second well", "the drawings for a poster", "the work of ten years"),
        ("before lending again", "together with its members", "in three provinces",
         "every quarter of the year", "without leaving the office", "with the help of a survey",
         "as the standards require", "through interviews and visits"),
        "How {who} {does} {what} in {place}",
    ),
    "es": Grammar(
        ("Estudios de caso y ejemplos de campo", "Herramientas y plantillas", "Guías y manuales",
         "Lineamientos", "Publicaciones"),
        ("la cooperativa", "una caja rural", "el equipo de campo", "la red de la región",
         "el consejo", "un grupo de prestamistas", "el centro de formación", "cada gerente"),
        ("revisa", "describe", "compara", "prueba", "publica", "explica", "mide"),
        ("su trámite de quejas", "los salarios digitales", "el horario de sus oficinas",
         "el cuidado de sus motos", "el acta de la última reunión", "un mapa de sus aldeas",
         "la cosecha del año pasado", "los estantes del almacén", "sus cartas a los socios",
         "el techo de la sala grande", "una lista de palabras fáciles", "el programa de radio",
         "el horario de los autobuses", "los formularios en papel", "un calendario de visitas",
         "los planes de un segundo pozo", "los dibujos de un cartel", "la labor de diez años"),
        ("antes de prestar otra vez", "junto con su gente", "en tres años de gestión",
         "cada trimestre del año", "sin salir de la oficina", "con ayuda de una encuesta",
         "según exigen los estándares", "con entrevistas y visitas"),
        "Cómo {who} {does} {what} en {place}",
    ),
    "fr": Grammar(
        ("Études de cas et exemples de terrain", "Outils et modèles", "Guides et manuels",
         "Lignes directrices", "Publications"),
        ("la coopérative", "une caisse rurale", "l'équipe de terrain", "le réseau régional",
         "le conseil", "un groupe de prêteurs", "le centre de formation", "chaque gérant"),
        ("révise", "décrit", "compare", "éprouve", "publie", "explique", "mesure"),
        ("sa procédure de réclamation", "les salaires numériques", "l'horaire de ses bureaux",
         "l'entretien de ses motos", "le procès-verbal de la réunion", "une carte de ses villages",
         "la récolte de la saison passée", "les étagères du magasin", "ses lettres aux membres",
         "le toit de la salle de réunion", "une liste de mots simples", "l'émission de radio",
         "l'horaire des autobus", "les formulaires en papier", "un calendrier de visites",
         "le projet d'un deuxième puits", "les dessins d'une affiche", "le travail de dix années"),
        ("avant de prêter à nouveau", "avec ses membres", "dans trois provinces",
         "chaque trimestre de l'année", "sans quitter le bureau", "à l'aide d'une enquête",
         "comme l'exigent les normes", "par des entretiens et des visites"),
        "Comment {who} {does} {what} à {place}",
    ),
    "pt": Grammar(
        ("Estudos de caso e exemplos de campo", "Ferramentas e modelos", "Guias e manuais",
         "Diretrizes", "Publicações"),
        ("a cooperativa", "uma caixa rural", "a equipe de campo", "a rede da região",
         "o conselho", "um grupo de credores", "o centro de formação", "cada gerente"),
        ("revê", "descreve", "compara", "testa", "publica", "explica", "mede"),
        ("o seu processo de reclamações", "os salários digitais", "o horário dos seus escritórios",
         "a manutenção das suas motos", "a ata da última reunião", "um mapa das suas aldeias",
         "a colheita da estação passada", "as prateleiras do armazém", "as suas cartas aos sócios",
         "o telhado da sala de reuniões", "uma lista de palavras fáceis", "o programa de rádio",
         "o horário dos ônibus", "os formulários em papel", "um calendário de visitas",
         "os planos de um segundo poço", "os desenhos de um cartaz", "o trabalho de dez anos"),
        ("antes de emprestar de novo", "em conjunto com os seus sócios", "em três anos de gestão",
         "a cada trimestre do ano", "sem sair do escritório", "com a ajuda de um inquérito",
         "como as normas exigem", "por meio de entrevistas e visitas"),
        "Como {who} {does} {what} em {place}",
    ),
}  # fmt: skip


def write_catalogue(count: int, folder: Path, seed: int = SEED) -> Path:
    """Write a catalogue folder with a listing of `count` entries; return the folder."""
    pages = folder / "input" / "made-up"
    pages.mkdir(parents=True)
    for name in ("ontology", "shapes"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "catalogue.toml").write_text(CATALOGUE, "utf-8")
    (folder / "input" / "made-up.toml").write_text(SOURCE, "utf-8")
    width = len(str(count))
    for number, text in enumerate(_pages(count, seed)):
        file = pages / f"page-{number:0{width}}.html"
        file.write_text(_damaged(text) if number % DAMAGED == DAMAGED - 1 else text, "utf-8")
    return folder


def _damaged(text: str) -> str:
    return text.encode().decode("iso-8859-16").replace("\xad", "")


def _pages(count: int, seed: int) -> Iterator[str]:
    choose = random.Random(seed)  # noqa: S311 - made-up text, no secret
    seen: dict[str, int] = {}
    for start in range(0, count, PAGE):
        entries = [
            _entry(number, choose, seen) for number in range(start, min(start + PAGE, count))
        ]
        yield (
            '<!DOCTYPE html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Made up</title>'
            '</head>\n<body>\n<nav><a href="#home">Home</a> <a href="#all">Resources</a></nav>\n'
            f'<p class="total">{count} entries were found.</p>\n{"".join(entries)}'
            "<footer>Nobody, 2026</footer>\n</body>\n</html>\n"
        )


def _entry(number: int, choose: random.Random, seen: dict[str, int]) -> str:
    grammar = GRAMMARS[choose.choice(tuple(GRAMMARS))]
    title = _title(grammar, choose)
    seen[title] = seen.get(title, 0) + 1
    if seen[title] > 1:
        title += f", {seen[title]}"
    parts = [
        f'<p class="type">{escape(choose.choice(grammar.types))}</p>',
        f'<h3><a href="/listing/{number}">{escape(title)}</a></h3>',
    ]
    if choose.random() < AUTHORED:
        parts.append(f'<p class="author">{escape(choose.choice(_NAMES))}</p>')
    if choose.random() < DATED:
        year, month = choose.randint(1995, 2025), choose.randint(1, 12)
        parts.append(f"<time>{year if choose.random() < 0.6 else f'{year}-{month:02}'}</time>")
    if choose.random() >= NO_ABSTRACT:
        sentences = [_sentence(grammar, choose) for _ in range(choose.randint(*SENTENCES))]
        parts.append(f'<div class="abstract"><p>{escape(" ".join(sentences))}</p></div>')
    return f"<article>\n{chr(10).join(parts)}\n</article>\n"


def _title(grammar: Grammar, choose: random.Random) -> str:
    return grammar.title.format(
        who=choose.choice(grammar.who),
        does=choose.choice(grammar.does),
        what=choose.choice(grammar.what),
        place=choose.choice(_PLACES),
    )


def _sentence(grammar: Grammar, choose: random.Random) -> str:
    words = [choose.choice(some) for some in (grammar.who, grammar.does, grammar.what, grammar.how)]
    sentence = " ".join(words)
    return f"{sentence[0].upper()}{sentence[1:]}."


if __name__ == "__main__":
    write_catalogue(int(sys.argv[1]), Path(sys.argv[2]))
