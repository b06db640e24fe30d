"""856 of a MARC record: the address of the resource's page, of its file, and of what is related."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipeline.extract.marc_text import plain

if TYPE_CHECKING:
    from pymarc import Field as MarcField

RELATED = "2"
"""856, second indicator: a related resource, such as a table of contents or a review."""

FILES = re.compile(
    r"\.(?:pdf|epub|mobi|azw3|docx?|odt|rtf|pptx?|odp|xlsx?|ods|csv|tsv|txt|xml|json|zip|gz|tar|7z"
    r"|mp3|ogg|wav|mp4|webm|avi|mov|jpe?g|png|tiff?|gif|svg|djvu?)",
    re.IGNORECASE,
)
PAGE_TYPES = ("text/html", "application/xhtml")
# What a link to a part or a description says in $3 or $y, where the indicator says nothing.
ABOUT_IT = re.compile(
    r"contents?\b|inhalt|klappentext|rezension|review|cover|description|abstract|biograph|sample"
    r"|sommaire|table des mati|índice|sumário|sumario|excerpt|leseprobe",
    re.IGNORECASE,
)


def links(fields: Iterable[MarcField]) -> tuple[list[str], list[str], list[str]]:
    """Return the addresses of pages, of files, and of related resources, each in order."""
    pages: list[str] = []
    files: list[str] = []
    related: list[str] = []
    for field in fields:
        media_type = plain(field.get("q") or "").lower()
        for value in field.get_subfields("u"):
            address = plain(value)
            if not address.lower().startswith(("http://", "https://", "ftp://")):
                continue
            if field.indicator2 == RELATED or _is_about(field):
                related.append(address)
            elif _is_file(address, media_type):
                files.append(address)
            else:
                pages.append(address)
    return pages, files, related


def _is_about(field: MarcField) -> bool:
    said = f"{field.get('3') or ''} {field.get('y') or ''}"
    return field.indicator2 not in {"0", "1"} and bool(ABOUT_IT.search(said))


def _is_file(address: str, media_type: str) -> bool:
    if media_type:
        if media_type.startswith(PAGE_TYPES):
            return False
        if "/" in media_type or media_type in {"pdf", "epub"}:
            return True
    try:
        path = urlsplit(address).path
    except ValueError:
        return False
    return (
        bool(FILES.fullmatch(path[path.rfind(".") :])) if "." in path.rpartition("/")[2] else False
    )
