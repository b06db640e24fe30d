"""The names that columns usually have, in English, Spanish, Portuguese, French and German."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.extract.headings import LONGEST_HEADING
from pipeline.extract.lines import folded, without_accents
from pipeline.kinds import OWN_KEY

# Field -> its usual names, the surest first. A single-valued field takes the surest that is there.
USUAL = {
    "title": (
        "title|titulo|titre|titel|titles|resource title|titulo del recurso|titulo do recurso|"
        "titre de la ressource|document title|book title|item title|name|nombre|nome|nom|"
        "resource name|nombre del recurso|nome do recurso|nom de la ressource|bezeichnung|"
        "headline|label|resource|recurso|ressource"
    ),
    "description": (
        "abstract|description|resumen|resumo|resume|descripcion|descricao|beschreibung|summary|"
        "description abstract|abstract note|zusammenfassung|kurzbeschreibung|synopsis|sinopsis|"
        "sinopse|annotation|overview|about|blurb"
    ),
    "page": (
        "url|link|page|webpage|web page|website|web site|uri|landing page|homepage|home page|href|"
        "weblink|web link|permalink|web address|resource url|resource link|source url|enlace|"
        "sitio web|pagina web|pagina|web|lien|site web|page web|adresse web|site|ligacao|"
        "endereco eletronico|webseite|internetadresse|identifier uri|access url|urls|links"
    ),
    "file": (
        "file|download|pdf|download url|download link|file url|pdf url|pdf link|full text|"
        "fulltext url|full text url|document url|direct link|archivo|fichero|arquivo|fichier|datei|"
        "descarga|descargar|telechargement|telecharger|herunterladen|bitstream"
    ),
    "creator": (
        "creator|author|creators|authors|autor|autores|auteur|auteurs|autora|"
        "autoria|author name|contributor author|verfasser|verfasserin|autorin|createur|criador|"
        "creador|written by|by"
    ),
    "publisher": (
        "publisher|publishers|editorial|editora|editeur|verlag|herausgeber|published by|"
        "publishing organization|organization|organisation|organizacion|organizacao|institution|"
        "institucion|instituicao|provider|publicador|organismo"
    ),
    "date": (
        "date issued|date published|publication date|issued|published|published on|date|"
        "fecha de publicacion|fecha|data de publicacao|date de publication|datum|"
        "veroffentlichungsdatum|erscheinungsdatum|pub date|pubdate|year|publication year|"
        "year published|year of publication|original publication year|ano|ano de publicacion|"
        "ano de publicacao|annee|annee de publication|anno|jahr|erscheinungsjahr"
    ),
    "type": (
        "type|resource type|type of resource|item type|document type|content type|material type|"
        "tipo|tipo de recurso|tipo de documento|tipo de material|type de ressource|"
        "type de document|typ|art|ressourcentyp|dokumenttyp|kind|genre"
    ),
    "subject": (
        "subject|subjects|keyword|keywords|key words|tag|tags|topic|topics|category|categories|"
        "theme|themes|subject area|subject areas|subject headings|discipline|disciplines|"
        "tema|temas|materia|materias|palabras clave|palabra clave|etiqueta|etiquetas|categoria|"
        "categorias|disciplina|disciplinas|assunto|assuntos|palavras chave|palavra chave|sujet|"
        "sujets|mot cle|mots cle|mots cles|categorie|etiquettes|thematique|thema|themen|"
        "schlagwort|schlagworte|schlagworter|stichwort|stichworte|stichworter|kategorie|kategorien|"
        "fach|manual tags|bookshelves"
    ),
    "language": (
        "language|languages|lang|language code|in language|language iso|idioma|idiomas|"
        "lengua|lenguas|langue|langues|lingua|linguas|sprache|sprachen|codigo de idioma"
    ),
    "identifier": (
        "identifier|identifiers|isbn|isbn10|isbn13|isbn 10|isbn 13|issn|eissn|doi|handle|ark|oclc|"
        "identifier isbn|identifier issn|identifier doi|identifier other|report number|"
        "identificador|identificadores|identifiant|kennung"
    ),
    "licence": (
        "licence|license|licences|licenses|licence url|license url|rights license|rights uri|"
        "licencia|licencias|licenca|lizenz|cc license|creative commons license"
    ),
    "rights": (
        "rights|copyright|rights statement|access rights|derechos|derechos de autor|droits|"
        "direitos|direitos autorais|rechte|nutzungsrechte|usage rights|terms of use"
    ),
    OWN_KEY: (
        "id|uuid|guid|record id|resource id|item id|book id|entry id|key|record number|nr|"
        "numero de registro"
    ),
    "contributor": "contributor|contributors|contributor other|colaborador|colaboradores",
    "relation": "relation|relations",
    "coverage": "coverage",
    "spatial": "spatial|spatial coverage|coverage spatial",
    "temporal": "temporal|temporal coverage|coverage temporal",
    "audience": "audience|audiencia|zielgruppe|publico alvo|publico destinatario|public cible",
    "alternative": "alternative|alternative title|title alternative|titulo alternativo",
    "extent": "extent|format extent",
    "tableOfContents": "table of contents|description tableofcontents|inhaltsverzeichnis",
}  # fmt: skip

SEVERAL = frozenset({"subject", "identifier", "contributor", "relation"})
"""Fields that take every column with one of their names, not only the surest."""

TEXTS = frozenset({"title", "description", "subject", "rights", "alternative"})
"""Fields whose columns may be one a language: `title_en`, `Título (español)`."""

DATE_IN = {"pt": "data", "it": "data", "ca": "data"}
"""What would mean the data themselves in other languages."""

LONGEST_NAME = 80

# Words in longer headings (`What is the title of the resource?`), the surest first; and words of
# headings that name something beside the resource.
WORDS = {
    "title": ("title|titulo|titre|titel", "name|nombre|nome|nom"),
    "description": (
        "description|descripcion|descricao|beschreibung|abstract|resumen|resumo|summary",
    ),
    "page": ("url|link|website|webpage|enlace|lien|webseite", "site|sitio"),
    "creator": ("author|authors|autor|autores|auteur|auteurs|creator|creators",),
}
BESIDE = frozenset(
    {
        *("alternative", "alternate", "original", "author", "authors", "creator", "publisher"),
        *(
            "file",
            "journal",
            "series",
            "provider",
            "image",
            "logo",
            "thumbnail",
            "cover",
            "contact",
        ),
        *("license", "licence", "last", "first", "user", "organization", "organisation", "sort"),
        *("institution", "project", "school", "parent", "twitter", "facebook", "related", "photo"),
        *("autor", "editorial", "archivo", "imagen", "licencia", "apellido", "fichier", "licenca"),
    }
)

LANGUAGES = {
    "en": "english|ingles|anglais|englisch",
    "es": "spanish|espanol|castellano|espagnol|espanhol|spanisch",
    "fr": "french|frances|francais|franzosisch",
    "pt": "portuguese|portugues|portugais|portugiesisch",
    "de": "german|aleman|allemand|alemao|deutsch",
    "it": "italian|italiano|italien|italienisch",
}
NAMESPACE = re.compile(
    r"(?:dc|dcterms|dct|schema|bibo|foaf|dcat|oai_dc|dublin core)\s*[.:/]\s*", re.IGNORECASE
)
SUFFIX = re.compile(
    r"(?P<name>.+?)(?:\s*[(\[]\s*(?:in |en )?(?P<inside>[^()\[\]]{2,20})\s*[)\]]"
    r"|(?:[\s_@.:-]+|\s+(?:in|en|auf|em)\s+)(?P<behind>[^\W\d_]{2,12}(?:[-_][A-Za-z]{2})?))\s*"
)
BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")

BILINGUAL = re.compile(r"\s*[/|]\s*")


class Usual(NamedTuple):
    """The field that a heading names, how sure that is (0 the surest), the language it states."""

    field: str
    rank: int
    language: str = ""


def usual_field(heading: str, languages: tuple[str, ...] = ()) -> Usual | None:
    """Return the field that a column of this heading usually holds, or None.

    `languages` are the tags of the source.

    >>> usual_field("Resumen"), usual_field("Provider_Name")
    (Usual(field='description', rank=2, language=''), None)
    >>> usual_field("dc.title[en_US]")
    Usual(field='title', rank=0, language='en-US')
    """
    if len(heading) > LONGEST_NAME:
        return None
    name = NAMESPACE.sub("", heading.strip(), count=1)
    if found := _field_of(name, languages):
        return found
    if parts := SUFFIX.fullmatch(name):
        base = _field_of(parts["name"], languages)
        if base and (tag := _language(parts["inside"] or parts["behind"], languages)):
            return base._replace(language=tag if base.field in TEXTS else "")
    bare = BRACKETS.sub("", name)
    if bare != name:
        return _field_of(bare, languages)
    both = [_field_of(part, languages) for part in BILINGUAL.split(name)]
    return both[0] if len({one and one.field for one in both}) == 1 else None


def loosely_named(headings: Sequence[str], field: str) -> int | None:
    """Return the first column whose heading holds a word for `field` and names nothing beside it.

    >>> loosely_named(["File name", "Please give the title", "Course name"], "title")
    1
    """
    found: list[tuple[int, int]] = []
    for index, heading in enumerate(headings):
        words = set(re.findall(r"[^\W_]+", without_accents(heading[:LONGEST_HEADING]).casefold()))
        if words.isdisjoint(BESIDE - words_for(field)):
            ranks = (rank for rank, listed in enumerate(WORDS.get(field, ()))
                     if not words.isdisjoint(listed.split("|")))  # fmt: skip
            found += [(rank, index) for rank in ranks]
    return min(found)[1] if found else None


def words_for(field: str) -> frozenset[str]:
    """Return every word by which `loosely_named` knows a field."""
    return frozenset(word for listed in WORDS.get(field, ()) for word in listed.split("|"))


def _field_of(name: str, languages: tuple[str, ...]) -> Usual | None:
    key = folded(name.replace("_", " "))
    if any(key == DATE_IN.get(tag.partition("-")[0]) for tag in languages):
        return Usual("date", 0)
    return _by_name().get(key)


def _language(word: str, languages: tuple[str, ...]) -> str:
    """Return the language tag that `word` is or names, or an empty text."""
    primary, _, region = word.strip().replace("_", "-").partition("-")
    spoken = {*LANGUAGES, *(tag.partition("-")[0] for tag in languages)}
    if primary.lower() in spoken:
        return f"{primary.lower()}-{region.upper()}" if region else primary.lower()
    key = folded(word)
    return next((tag for tag, names in LANGUAGES.items() if key in names.split("|")), "")


@functools.cache
def _by_name() -> dict[str, Usual]:
    found: dict[str, Usual] = {}
    for field, names in USUAL.items():
        for rank, name in enumerate(names.split("|")):
            found.setdefault(folded(name), Usual(field, rank))
    return found
