"""The words by which pages and tables name what stands in a place, in the languages they are in.

`NAMES` are the words of classes and attributes; `LABELS` what people read before a value, or above
a column, in English, Spanish, French, Portuguese, German and Italian.
"""

from __future__ import annotations

import re
from functools import cache

from pipeline.extract.lines import folded, without_accents
from pipeline.extract.usual_columns import usual_field
from pipeline.kinds import OWN_KEY

NAMES: dict[str, frozenset[str]] = {
    field: frozenset(words.split())
    for field, words in {
        "title": "title titulo titre titel titolo name nombre nom nome heading headline "
        "header label caption subject-line",
        "description": "description desc descripcion descricao abstract summary resumen resumo "
        "resume excerpt teaser snippet blurb synopsis notes note beschreibung zusammenfassung "
        "kurzbeschreibung extracto sinopsis riassunto intro lead standfirst deck dek body content",
        "date": "date fecha data datum published pubdate issued year ano annee jahr anno time "
        "datetime datepublished datecreated created posted updated modified",
        "creator": "author authors autor autores auteur auteurs creator creators byline "
        "contributor contributors autoren verfasser person persons writer autore autori by "
        "creatibutor creatibutors username",
        "publisher": "publisher editorial editeur editora verlag organization organisation "
        "organizacion org institution provider source editore publishers agency",
        "type": "type types tipo tipos kind format genre doctype material typ resourcetype",
        "subject": "subject subjects tag tags keyword keywords topic topics theme themes tema "
        "temas terms term schlagwort schlagworte etiqueta etiquetas etiquettes palabras descriptor "
        "descriptors categories categorias area areas tagged",
        "language": "language languages lang idioma idiomas lengua langue langues sprache lingua "
        "inlanguage locale",
        "identifier": "identifier doi isbn issn handle callnumber reference ref code signatur",
        "file": "download downloads file files pdf attachment fulltext enclosure galley",
        "licence": "license licence licencia licenca lizenz licenza rights copyright",
    }.items()
}

_LABELS = {
    "title": "report|publication|dataset|book|course|tool|headline|intitulé|titolo|risorsa|"
    "标题|题名|名称|العنوان|название|заголовок|nom du document|nombre del documento|documento|"
    "document|item",
    "description": "details|notes|inhalt|descriptif|descrizione|riassunto|sommario|extracto|摘要|"
    "简介|描述|الوصف|ملخص|описание|аннотация",
    "date": "posted|posted on|release date|released|created|added|date added|date of publication|"
    "publicado|publicado el|publicado em|publié|publié le|paru le|veröffentlicht|"
    "veröffentlicht am|erschienen|data di pubblicazione|pubblicato|"
    "日期|出版年|年份|发布日期|التاريخ|سنة النشر|дата|год",
    "creator": "author(s)|creator(s)|editor|editors|por|par|von|di|autor(es)|auteur(s)|autor/in|"
    "autor(en)|autoren|autore|autori|作者|المؤلف|автор|авторы",
    "publisher": "publisher(s)|source|agency|company|publicado por|publié par|organisme|"
    "institution|pubblicato da|ente|出版社|出版者|الناشر|издатель|издательство",
    "type": "format|category|media type|categoría|formato|catégorie|categoria|medientyp|kategorie|"
    "tipologia|类型|资源类型|النوع|тип",
    "subject": "subject(s)|tagged|area|areas|field|argomento|argomenti|soggetto|parole chiave|主题|"
    "关键词|الموضوع|الكلمات المفتاحية|тема|ключевые слова|filed under|"
    "posted in|publicado en|publié dans|publicado em|kategorisiert",
    "language": "language(s)|available in|língua|lingua|sprachen|语言|语种|اللغة|язык",
    "identifier": "ref|reference|reference number|code|call number|callnumber|shelfmark|signatura|"
    "código|referencia|cote|référence|signatur|编号|索书号",
    "page": "address|collegamento|sito|webseite|链接|الرابط|ссылка",
    "file": "downloads|files|document link|attachment|texto completo|texte intégral|baixar|"
    "ficheiro|volltext|scarica|allegato|下载|تحميل|скачать",
    "licence": "licenza|许可",
    "rights": "terms|diritti",
}

ACTIONS = re.compile(
    r"(?:(?:read|learn|view|see|show|find out|get)(?: (?:more|details?|all|full .{1,20}|it|record|"
    r"item|resource|document|report|publication|pdf))?|more(?: (?:info|information|details))?|"
    r"continue(?: reading)?|details?|download(?:s| .{1,30})?|open(?: .{1,20})?|visit(?: .{1,20})?|"
    r"click here|link|pdf(?: .{1,20})?|full text|abstract|cite|save|share|export|add to .{1,20}|"
    r"(?:leer|ver|saber)(?: (?:mas|todo|detalles?|ficha))?|mas(?: informacion)?|"
    r"descargar(?: .{1,20})?|"
    r"(?:lire|voir|en savoir)(?: (?:la suite|plus))?|telecharger(?: .{1,20})?|"
    r"(?:ler|leia|ver|saiba)(?: mais)?|baixar(?: .{1,20})?|"
    r"(?:weiter(?:lesen)?|mehr(?: .{1,20})?|herunterladen|ansehen|anzeigen|zum .{1,20})|"
    r"(?:leggi|continua)(?: .{1,20})?|scarica|更多|阅读全文|下载|详情|اقرأ المزيد|تحميل)[ .…»›→>]*",
    re.IGNORECASE,
)
BY = re.compile(r"(?:written |posted |edited )?(?:by|por|par|von|di|da)\s*:?\s+", re.IGNORECASE)


@cache
def _labels() -> dict[str, str]:
    return {folded(word): field for field, words in _LABELS.items() for word in words.split("|")}


def field_of_label(text: str) -> str:
    """Return our field for a label or a column's heading, or an empty text.

    >>> field_of_label("Autor(es):"), field_of_label("Publication date"), field_of_label("Price")
    ('creator', 'date', '')
    """
    name = text.strip(" :：*-–—")
    if not name or len(name) > 40:  # noqa: PLR2004 - no label is so long
        return ""
    usual = usual_field(name)
    if usual is not None and usual.field != OWN_KEY:
        return usual.field
    return _labels().get(folded(name), "")


def is_action(text: str) -> bool:
    """Say whether a text is a button's: "Read more", "Télécharger le PDF"."""
    return bool(ACTIONS.fullmatch(" ".join(without_accents(text).split())))
