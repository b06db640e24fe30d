"""Page furniture: the lines of a copied page that belong to no entry, in four languages.

Patterns match whole lines, in lower case and without accents, so that prose which merely holds
such words is left alone.
"""

from __future__ import annotations

import re
from typing import Literal

from pipeline.extract.lines import without_accents

Furniture = Literal["pager", "footer", "menu", "action", "total", ""]

LONGEST = 300
"""Characters of a line of furniture; cookie notices are the longest."""

LEAST_PAGES = 2
"""Page numbers that make a row."""

PAGER_TOKENS = (
    "next|previous|prev|first|last|page|of|go|to",
    "siguientes?|anterior(es)?|primer[oa]?|ultim[oa]s?|pagina|de",
    "suivante?s?|precedente?s?|premiere?|derniere?|sur",
    "proxim[oa]s?|seguintes?|primeira|weiter|zuruck|seite|von",
    r"[›»‹«<>→←…|·/-]|<<|>>|\.{2,3}|\(current\)|\[?\d{1,5}\]?",
)
PAGER_LINES = (
    "(next|previous|siguientes?|anterior(es)?|suivante?s?|precedente?s?)( (page|pagina))?",
    "(proxim[oa]s?|seguintes?|weiter|zuruck)( (page|pagina))?",
    "(page|pagina) (suivante|precedente|siguiente|seguinte|anterior)",
    r"(load|show|see|view) more( (results|resources|entries|items))?|cargar mas|carregar mais",
    "(cargar|mostrar|ver) mas (resultados|recursos)",
    "(carregar|mostrar|ver) mais (resultados|recursos)",
    r"(charger|afficher|voir) plus( de (resultats|ressources))?|go to page:?",
    r"\d{1,4} (per|por|par) pag(e|ina)|(items|results|entries) per page:?( \d+)?",
    r"(resultados|elementos|itens) por pagina:?( \d+)?|resultats par page:?( \d+)?",
)
FOOTER_LINES = (
    r"(©|\(c\) ?(19|20)\d\d|copyright( ?©| \(c\)| ?(19|20)\d\d|$)).{0,200}",
    "(all rights reserved|tous droits reserves|derechos de autor).{0,200}",
    "(todos los derechos reservados|todos os direitos reservados).{0,200}",
    ".{0,120}(©|all rights reserved|derechos reservados|droits reserves).{0,40}",
    ".{0,120}direitos reservados.{0,40}",
    "(we|this (web)?site) uses? cookies.*|(usamos|utilizamos) cookies.*",
    "est[ae] (sitio|site|pagina)( web)? (usa|utiliza) cookies.*",
    "(nous utilisons|ce site utilise) des cookies.*",
    "(accept|reject|manage|allow)( all)? cookies|cookies?( settings| policy| preferences)?",
    "(aceptar|aceitar|rechazar|rejeitar)( todas)?( las| os)? cookies",
    "(accepter|refuser)( tous)?( les)? cookies|(politique|parametres) (de|des) cookies",
    "(politica|configuracion|configuracoes) de cookies",
    "privacy( policy| notice| statement)?|(politica|aviso) de privaci(dad|dade)",
    "politica de privacidade|politique de confidentialite|confidentialite",
    "terms( of (use|service)| (and|&) conditions)?|terminos( y condiciones| de uso)?",
    "termos de uso|conditions d'utilisation|legal( notice)?|aviso legal|mentions legales",
    "disclaimer|imprint|accessibility( statement)?",
    "site ?map|mapa del sitio|plan du site|mapa do site|powered by .{1,60}",
    r"((our|the|nuestr\w|el|la|notre|a|nossa|monthly|join our|get our) )?newsletter( signup)?",
    "(sign up|subscribe)( (to|for|now|here|today)( .{0,80})?)?",
    "(suscribase|suscribete|inscreva-se|assine|inscrivez-vous|abonnez-vous)( .{0,80})?",
    "follow us( on .{1,30})?|siguenos( en .{1,30})?|suivez-nous( sur .{1,30})?",
    "siga-nos( n[oa] .{1,30})?|back to top|volver arriba|(retour en )?haut de page|voltar ao topo",
)
MENU_LINES = (
    "home|about( us)?|contact( us)?|menu|search|log ?in|sign in|register|faq|help|news|events|blog",
    "inicio|sobre nosotros|quienes somos|contacto|contact[ae]nos|buscar|busqueda|iniciar sesion",
    "acceder|registrarse|ayuda|noticias|eventos|socios",
    "accueil|a propos( de nous)?|qui sommes-nous|nous contacter|contactez-nous|rechercher",
    "se connecter|connexion|s'inscrire|recherche|aide|actualites|evenements|partenaires",
    "sobre( nos)?|quem somos",
    "contato|fale conosco|pesquisar|busca|entrar|ajuda|parceiros|cadastre-se",
    "discover|descubrir|decouvrir|descobrir|resources|recursos|ressources|online guide",
    "english|espanol|francais|portugues|facebook|twitter|x|linkedin|youtube|instagram",
    "skip to (main )?content|search by .{1,80}|buscar por .{1,80}|rechercher par .{1,80}",
    "filters?|filter by( .{1,40})?|filtros|filtrar|filtres|filtrer|apply|aplicar|appliquer|reset",
    "sort by.{0,40}|ordenar por.{0,40}|trier par.{0,40}|clear( all)?|donate|careers|partners",
)
ACTION_LINES = (
    "(read|learn|find out) more|show (more|less)",
    "(view|open|visit)( (the )?(resource|document|details|file|website|page|pdf|more))?",
    r"download( (the )?(pdf|file|document|resource|now))?( ?\(.{1,20}\))?",
    "leer mas|ver( mas| recurso| documento)|saber mas|descargar( .{1,20})?",
    "lire (la suite|plus)|en savoir plus|voir( plus| la ressource)|telecharger( .{1,20})?",
    "(ler|saiba|ver) mais|baixar( .{1,20})?|share|compartir|partager|compartilhar",
    "print|imprimir|imprimer|add to (favou?rites|cart|list)",
)
PAGER_TOKEN = re.compile("|".join(PAGER_TOKENS))
BETWEEN_ITEMS = re.compile(r" *[|·•] *")
NUMBER_TOKEN = re.compile(r"\[?\d{1,5}\]?")
PAGER = re.compile("|".join(PAGER_LINES))
KINDS: tuple[tuple[Furniture, re.Pattern[str]], ...] = (
    ("footer", re.compile("|".join(FOOTER_LINES))),
    ("menu", re.compile("|".join(MENU_LINES))),
    ("action", re.compile("|".join(ACTION_LINES))),
)


def furniture_of(line: str) -> Furniture:
    """Say what furniture `line` is, if any.

    `pager` and `footer` end a page of a listing; `menu` and `action` stand anywhere.

    >>> furniture_of("1 2 3 … 44 Next"), furniture_of("Síguenos en Facebook"), furniture_of("2008")
    ('pager', 'footer', '')
    """
    if len(line) > LONGEST:
        return ""
    plain = _simple(line)
    if _is_pager(plain):
        return "pager"
    if all(_kind(part) in {"menu", "footer"} for part in BETWEEN_ITEMS.split(plain)):
        return "menu" if _kind(plain) == "menu" else "footer"
    return _kind(plain)


def _kind(plain: str) -> Furniture:
    for kind, pattern in KINDS:
        if pattern.fullmatch(plain) or pattern.fullmatch(plain.strip(" .:!›»>→·|-•*[]")):
            return kind
    return ""


def is_page_number(line: str) -> bool:
    """Say whether a line is a page number, arrow or ellipsis, of which several make a row."""
    return len(line) <= LONGEST and bool(PAGER_TOKEN.fullmatch(_simple(line)))


def _is_pager(plain: str) -> bool:
    """Say whether a line is a row of page numbers or a button to turn pages."""
    if PAGER.fullmatch(plain.strip(" «»‹›<>→←|.")):
        return True
    tokens = plain.split()
    if not all(PAGER_TOKEN.fullmatch(token) for token in tokens):
        return False
    numbers = [int(token.strip("[]")) for token in tokens if NUMBER_TOKEN.fullmatch(token)]
    return len(numbers) >= LEAST_PAGES and numbers[0] < numbers[1]


def _simple(line: str) -> str:
    """Return `line` in lower case, without accents, with single spaces and straight quotes."""
    return " ".join(without_accents(line).replace("’", "'").casefold().split())
