"""The entries of a JSON document -> the path (JMESPath) of each field that they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.extract.usual_columns import usual_field
from pipeline.kinds import OWN_KEY, Field
from pipeline.probe.column_guess import guess
from pipeline.probe.json_structure import (
    TITLE_KEYS,
    Entries,
    are_languages,
    first_text,
    quoted,
    title_of,
)
from pipeline.probe.roles import is_file
from pipeline.probe.titles import is_date

USUAL_KEYS: dict[str, tuple[str, ...]] = {
    "description": ("description", "abstract", "summary", "notes", "excerpt", "body", "content",
         "text", "about", "blurb", "synopsis", "annotation", "desc", "note"),
    "page": ("url", "html_url", "link", "landingpage", "landing_page", "page", "permalink",
         "weburl", "web_url", "homepage", "website", "uri", "href", "source_url", "pageurl",
         "page_url", "primary_location"),
    "file": ("file", "pdf", "download", "downloadurl", "download_url", "fileurl", "file_url",
         "pdf_url", "pdfurl", "attachment", "contenturl", "document_url", "files", "resources",
         "distribution", "enclosure"),
    "type": ("type", "resourcetype", "resource_type", "document_type", "documenttype", "kind",
         "genre", "doc_type", "content_type", "contenttype", "format", "itemtype", "@type",
         "category"),
    "subject": ("subject", "subjects", "tags", "keywords", "topics", "themes", "categories",
         "keyword", "theme", "topic", "tag", "category", "concepts", "genres"),
    "language": ("language", "languages", "lang", "inlanguage", "language_code", "locale"),
    "date": ("date_published", "datepublished", "published", "publication_date", "publicationdate",
         "issued", "date_issued", "pubdate", "publish_date", "published_at", "year",
         "publication_year", "publicationyear", "date", "first_publish_year", "created",
         "created_at", "datecreated", "metadata_created"),
    "creator": ("author", "authors", "creator", "creators", "author_name", "byline",
         "contributors", "written_by", "authorships",
         "creators", "contributors"),
    "publisher": ("publisher", "publishers", "organization", "organisation", "provider",
         "institution"),
    "identifier": ("doi", "isbn", "isbn13", "isbn_13", "issn", "handle", "identifier",
         "identifiers"),
    "licence": ("license", "licence", "license_url", "licenseurl", "licence_url"),
    "rights": ("rights", "copyright", "access_rights"),
}  # fmt: skip
SOLR = re.compile(r"_(?:ss?|ts?|txt|dts?|i|str|text|display|facet|tesim|ssim|ssi|tsim|en)$")
KEYS = (
    "id",
    "_id",
    "uuid",
    "guid",
    "identifier",
    "slug",
    "key",
    "record_id",
    "uri",
    "@id",
    "handle",
    "doi",
)
NAMES = ("name", "title", "label", "display_name", "fullname", "full_name", "value", "@value",
         "prefLabel", "displayName", "id")  # fmt: skip
LINKS = (
    "landing_page_url",
    "url",
    "href",
    "link",
    "download_url",
    "downloadURL",
    "contentUrl",
    "accessURL",
    "content_url",
)
LANGUAGE_CODES = ("code", "iso", "tag", "id", "@id")
LONGEST_TYPE = 80
WORDS_OF_VALUE = 5
SAMPLE = 50


def find_paths(found: Entries) -> dict[str, tuple[Field, str]]:
    """Return the path of each field that the entries, or what stands above them, hold."""
    entries = found.entries
    paths: dict[str, tuple[Field, str]] = {}
    title, quality = title_of(entries)
    if not quality:
        return {}
    paths["title"] = (Field(_inner(title, [e.get(title) for e in entries], "title")), "")
    used = {title}
    if key := _own_key(entries, used):
        paths[OWN_KEY] = (Field(quoted(key)), "The source's own key of an entry.")
    for name in USUAL_KEYS:
        for key in _candidates(name, entries):
            if key in used:
                continue
            values = [entry.get(key) for entry in entries]
            path = _inner(key, values, name)
            if path and _fits(name, path, entries, key):
                paths[name] = (Field(path, split=_split(name, values)), _presence(values))
                used.add(key)
                break
    _guess_rest(entries, used, paths)
    _from_above(found, paths)
    order = (OWN_KEY, "title", "page", "description", "type", "date", "creator")
    return {name: paths[name] for name in (*order, *paths) if name in paths}


def _candidates(name: str, entries: Sequence[Mapping[str, object]]) -> list[str]:
    """Return the keys of entries that usually hold a field, the surest first."""
    keys = {str(key) for entry in entries for key in entry}
    known = USUAL_KEYS[name]
    rated = [(known.index(bare), key) for key in keys if (bare := _bare(key)) in known]
    if not rated:
        rated = [
            (usual.rank, key)
            for key in keys
            if (usual := usual_field(_spaced(key))) is not None and usual.field == name
        ]
    return [key for _, key in sorted(rated)]


def _bare(key: str) -> str:
    """Return a key without its prefix (`dc:title`) and without Solr's suffix (`title_s`)."""
    bare = key.rpartition(":")[2].lower() if not key.startswith("@") else key.lower()
    return SOLR.sub("", bare)


def _spaced(key: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", key).replace("_", " ").replace("-", " ")


def _inner(  # noqa: PLR0911 - a case a kind of value
    key: str, values: Sequence[object], name: str
) -> str:
    """Return the path of a field from the kind of values its key has, or an empty text."""
    base = quoted(key)
    filled = [value for value in values if value not in (None, "", [], {})]
    if not filled:
        return ""
    first = filled[0]
    if isinstance(first, (str, int, float)):
        return base
    if isinstance(first, list):
        items = [item for value in filled if isinstance(value, list) for item in value]
        if not items or not isinstance(items[0], dict):
            return base if items else ""
        part = _part(items, name)
        return f"{base}[].{part}" if part else ""
    if isinstance(first, dict):
        objects = [value for value in filled if isinstance(value, dict)]
        if are_languages(first):
            return base
        part = _part(objects, name)
        return f"{base}.{part}" if part else ""
    return ""


def _part(objects: Sequence[object], name: str, *, deep: bool = False) -> str:
    """Return the key inside objects that holds a field's text or address."""
    keys = {str(key) for item in objects[:50] if isinstance(item, dict) for key in item}
    wanted: Sequence[str] = LINKS if name in {"page", "file"} else NAMES
    if name == "language":
        wanted = (*LANGUAGE_CODES, *NAMES)
    if name in {"title", "description"}:
        wanted = ("rendered", *NAMES)
    if found := next((quoted(key) for key in wanted if key in keys), ""):
        return found
    if deep or name in {"title", "description"}:
        return ""
    for key in sorted(keys):
        inner = [item[key] for item in objects if isinstance(item, dict) and key in item]
        if all(isinstance(one, dict) for one in inner) and (part := _part(inner, name, deep=True)):
            return f"{quoted(key)}.{part}"
    return ""


def _fits(name: str, path: str, entries: Sequence[Mapping[str, object]], key: str) -> bool:
    texts = [text for entry in entries if (text := _deep_text(entry.get(key), path, key))]
    if not texts:
        return False
    if name in {"page", "file"}:
        links = sum(text.startswith(("http://", "https://", "/", "www.")) for text in texts)
        return links >= 0.7 * len(texts)
    if name == "date":
        return sum(map(is_date, texts)) >= 0.5 * len(texts)
    if name == "type":
        return max(map(len, texts)) <= 80  # noqa: PLR2004
    return True


def _deep_text(value: object, path: str, key: str) -> str:
    rest = path.removeprefix(quoted(key)).removeprefix("[]")
    parts = [part.strip('"') for part in rest.split(".") if part]
    items = value if isinstance(value, list) else [value]
    for item in items:
        inner = item
        for part in parts:
            inner = inner.get(part) if isinstance(inner, dict) else inner
        if isinstance(inner, (int, float)) and not isinstance(inner, bool):
            return str(inner)
        if text := first_text(inner):
            return text
    return ""


def _split(name: str, values: Sequence[object]) -> str:
    texts = [value for value in values if isinstance(value, str)]
    if name not in {"subject", "creator", "language"} or not texts:
        return ""
    for separator in (";", "|", ","):
        having = [text for text in texts if separator in text]
        parts = [part for text in having for part in text.split(separator)]
        if len(having) > 0.15 * len(texts) and all(len(part.split()) <= 5 for part in parts):  # noqa: PLR2004
            return separator
    return ""


def _presence(values: Sequence[object]) -> str:
    filled = sum(value not in (None, "", [], {}) for value in values)
    return f"In {filled} of the {len(values)} entries looked at."


def _own_key(entries: Sequence[Mapping[str, object]], used: set[str]) -> str:
    for key in KEYS:
        values = [entry.get(key) for entry in entries]
        simple = [v for v in values if isinstance(v, (str, int)) and v != ""]
        if (
            key not in used
            and len(simple) == len(entries)
            and len(set(map(str, simple))) == len(entries)
        ):
            return key
    return ""


def _guess_rest(
    entries: Sequence[Mapping[str, object]], used: set[str], paths: dict[str, tuple[Field, str]]
) -> None:
    keys = [key for key in dict.fromkeys(str(k) for e in entries for k in e) if key not in used]
    keys = [key for key in keys if key not in KEYS]
    values = {
        place: [text for entry in entries if (text := first_text(entry.get(key)))]
        for place, key in enumerate(keys)
    }
    for name, place in guess(values, len(entries), paths.keys()).items():
        if name in {"page", "file", "date", "description"}:
            paths[name] = (Field(quoted(keys[place])), "By what it holds: check it.")
    if "file" not in paths and "page" in paths:
        texts = [text for e in entries if (text := first_text(e.get(paths["page"][0].select)))]
        if texts and sum(map(is_file, texts)) > 0.8 * len(texts):
            paths["file"] = paths.pop("page")


def _from_above(found: Entries, paths: dict[str, tuple[Field, str]]) -> None:
    """Add what stands above the entries: the language of a part, the name of a section."""
    depth = min((len(above) for above in found.parents), default=0)
    for place in range(depth - 1, -1, -1):
        above = [parents[place] for parents in found.parents]
        if not all(isinstance(one, dict) for one in above):
            continue
        tops = [one for one in above if isinstance(one, dict)]
        index = place if place < depth - 1 else -1  # the nearest, however deep an entry stands
        if "language" not in paths and (key := _first_key(tops, USUAL_KEYS["language"])):
            path = _inner(key, [top.get(key) for top in tops], "language")
            if path:
                paths["language"] = (
                    Field(f"_parents[{index}].{path}"),
                    "Stands above the entries.",
                )
        sections = ("section", "category", "topic", "theme", "group", "chapter", *TITLE_KEYS)
        names = (
            {first_text(top.get(key)) for top in tops}
            if (key := _first_key(tops, sections))
            else set()
        )
        if "subject" not in paths and key and len(names - {""}) > 1:
            path = _inner(key, [top.get(key) for top in tops], "subject")
            if path:
                paths["subject"] = (Field(f"_parents[{index}].{path}"), "The part it stands in.")


def _first_key(objects: Sequence[Mapping[str, object]], wanted: Sequence[str]) -> str:
    keys = {str(key) for one in objects[:50] for key in one}
    for name in wanted:
        for key in keys:
            if _bare(key) == name and any(
                one.get(key) not in (None, "", [], {}) for one in objects
            ):
                return key
    return ""
