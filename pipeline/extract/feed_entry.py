"""One entry of an RSS or Atom feed, as feedparser reads it -> its source record; pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.entry_trees import local_name
from pipeline.extract.excerpts import Excerpt, best_abstract, looks_like_html
from pipeline.extract.feed_links import HTML_TYPES, WEB, entry_links
from pipeline.extract.feed_parser import Entry, Rest
from pipeline.extract.json_paths import JsonField, find_fields
from pipeline.extract.members import object_of, objects_of, text_in
from pipeline.extract.payloads import shown
from pipeline.extract.source_record import Given, make_record
from pipeline.model import Issue, Locator, SourceRecord
from pipeline.settings import Source

if TYPE_CHECKING:
    from lxml.etree import _Element

DC = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/")
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
TEXT_TYPES = (*HTML_TYPES, "text/plain")
LANGUAGE = re.compile(r"""\sxml:lang\s*=\s*["']([^"'<>]{1,40})["']""")

# What feedparser takes from Dublin Core itself; all else is carried along under its own name.
DC_READ = frozenset(
    {"author", "contributor", "created", "creator", "date", "description", "issued", "modified",
     "subject", "title", "valid"}
)  # fmt: skip
DC_NAMES = {"abstract": "", "accessRights": "rights", "license": "licence"}

# A date of RFC 822 as it was before RFC 2822: its year has two digits.
SHORT_YEAR = re.compile(
    r"((?:[A-Za-z]{3,9},?\s{1,9})?\d{1,2}\s{1,9}"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\s{1,9})(\d\d)(\s.{0,40})?",
    re.IGNORECASE,
)
LAST_OF_2000 = 49  # RFC 2822 §4.3


class Dublin(NamedTuple):
    """A value of a Dublin Core element of an entry."""

    term: str
    given: Given


def entry_record(
    entry: Entry, rest: Rest, fields: Sequence[JsonField], source: Source, place: Locator, base: str
) -> SourceRecord:
    """Return the record of `entry`; what the feed says for all its entries is in `rest`.

    An Atom feed's authors and rights are those of entries that name none (RFC 4287 §4.2.1 and
    §4.2.10), as is the copyright of an RSS channel. `fields` are the settings' JMESPath expressions
    and replace what is found under the same name.
    """
    values = entry.values
    position = f"entry {entry.source.number}, line {entry.source.line}"
    dublin = _dublin(entry)
    abstract = _abstract(entry, dublin)
    title = object_of(values.get("title_detail"))
    own_language = _language(entry, "")
    found: dict[str, list[Given]] = {
        "title": [Given(text_in(values, "title"), _language(entry, "title"))],
        "description": [Given(abstract.value, abstract.language)],
        "creator": [Given(name) for name in _creators(values, rest)],
        "contributor": [Given(name) for name in _names(values.get("contributors"))],
        "subject": [Given(term, own_language) for term in subjects(values)],
        "date": [Given(_date(values))],
        "publisher": _unless(dublin, "publisher", Given(text_in(values, "publisher"))),
        "language": _unless(dublin, "language", Given(text_in(values, "language"))),
        "rights": _unless(dublin, "rights", _rights(entry, rest)),
        "identifier": [Given(one) for one in _identifiers(values)],
    }
    for name, given in (*entry_links(values, base, rest.version), *_dublin_fields(dublin)):
        found.setdefault(name, []).append(given)
    markup = {name for name, is_markup in (
        ("title", title.get("type") in HTML_TYPES),
        ("description", abstract.markup),
        ("rights", object_of(values.get("rights_detail")).get("type") in HTML_TYPES),
    ) if is_markup}  # fmt: skip
    own, issues = find_fields(fields, values, source, position)
    for field in fields:
        found[field.name] = own[field.name]
        markup = markup - {field.name} | ({field.name} if field.field.html else set())
    if entry.problem and entry.element is None:
        issues.insert(0, _not_well_formed(entry, source, position))
    return make_record(
        source, place, position, {name: _distinct(given) for name, given in found.items()},
        key=entry_key(values, found), markup=markup, issues=issues, look="the feed",
    )  # fmt: skip


def entry_key(values: Mapping[str, object], found: Mapping[str, Sequence[Given]]) -> str:
    """Return an entry's own key: its id, else its link, else a digest of what it says."""
    links = [text_in(values, "link"), *(value for value, _ in found.get("page", ()))]
    for key in (text_in(values, "id"), *links):
        if key.strip():
            return key.strip()
    said = [value for name in ("title", "description", "date") for value, _ in found.get(name, ())]
    if not any(said):
        return ""
    return "sha256:" + hashlib.sha256("\n".join(said).encode("utf-8", "replace")).hexdigest()


def subjects(values: Mapping[str, object]) -> list[str]:
    """Return the terms of an entry's categories; what Blogger's kinds say is no subject."""
    terms = [
        text_in(tag, "label") or text_in(tag, "term")
        for tag in objects_of(values.get("tags"))
        if not blogger_kind(tag)
    ]
    return [term for term in terms if term.strip()]


def blogger_kind(tag: Mapping[str, object]) -> str:
    """Return the kind of an entry of Blogger's (`post`, `comment` …), where a category says it."""
    is_kind = text_in(tag, "scheme") == "http://schemas.google.com/g/2005#kind"
    return text_in(tag, "term").rpartition("#")[2] if is_kind else ""


def left_out(values: Mapping[str, object]) -> str:
    """Return what an entry is that is no published resource: a draft, a comment …; else nothing."""
    if text_in(values, "app_draft").strip().lower() == "yes":  # RFC 5023 §13.1.1
        return "draft"
    kinds = [kind for tag in objects_of(values.get("tags")) if (kind := blogger_kind(tag))]
    return "" if not kinds or {"post", "page"} & set(kinds) else kinds[0]


def _not_well_formed(entry: Entry, source: Source, position: str) -> Issue:
    message = (
        f"the entry cannot be read whole ({shown(entry.problem)}); what could be was taken, so "
        "compare it with its page, and tell the feed's owner"
    )
    return Issue(source.name, position, "extract", "", shown(entry.problem), "warning", message)


def _abstract(entry: Entry, dublin: Sequence[Dublin]) -> Excerpt:
    """Return the abstract: `dcterms:abstract`, the summary, or the content."""
    values = entry.values
    contents = objects_of(values.get("content"))
    candidates = [Excerpt(*given) for term, given in dublin if term == "abstract"]
    detail = object_of(values.get("summary_detail"))
    summary = text_in(values, "summary")
    if detail or not any(text_in(content, "value") == summary for content in contents):
        candidates.append(
            _excerpt(summary, detail, _language(entry, "summary", "description", "abstract"))
        )
    candidates += [
        _excerpt(text_in(content, "value"), content, _language(entry, "content", "encoded"))
        for content in contents
        if content.get("type", "text/plain") in TEXT_TYPES
    ]
    return best_abstract(candidates)


def _excerpt(value: str, detail: Mapping[str, object], language: str) -> Excerpt:
    """Return a text construct; RSS calls all of its descriptions HTML, plain as they may be."""
    is_html = detail.get("type", "text/html") in HTML_TYPES
    return Excerpt(value, language, is_html and looks_like_html(value))


def _language(entry: Entry, *names: str) -> str:
    """Return the language that the entry states for its part of one of `names`, or for itself."""
    if entry.element is None:
        tag = LANGUAGE.search(entry.source.text.partition(">")[0])
        return tag.group(1) if tag else ""
    own = str(entry.element.get(XML_LANG) or "")
    parts = (child for child in entry.element if local_name(child) in names)
    return next((str(lang) for child in parts if (lang := child.get(XML_LANG))), own)


def _creators(values: Mapping[str, object], rest: Rest) -> list[str]:
    names = _names(values.get("authors"))
    if not names:
        names = _names(object_of(values.get("source")).get("authors"))
    if not names and rest.version.startswith("atom"):
        names = _names(rest.values.get("authors"))
    return names


def _names(people: object) -> list[str]:
    """Return the names of `people`; an e-mail address is nobody's name."""
    names = [text_in(person, "name") for person in objects_of(people)]
    return [name for name in names if name and not re.fullmatch(r"\S+@\S+", name)]


def _rights(entry: Entry, rest: Rest) -> Given:
    own = text_in(entry.values, "rights")
    language = _language(entry, "rights", "copyright") if own else ""
    return Given(own or text_in(rest.values, "rights"), language)


def _unless(dublin: Iterable[Dublin], term: str, given: Given) -> list[Given]:
    """Return `given` unless Dublin Core says it, which may say more."""
    return [] if any(one.term == term for one in dublin) else [given]


def _identifiers(values: Mapping[str, object]) -> Iterator[str]:
    own = text_in(values, "id").strip()
    if own and not WEB.match(own):
        yield own
    if doi := text_in(values, "prism_doi"):
        yield doi if WEB.match(doi) or doi.lower().startswith("doi:") else f"doi:{doi}"


def _dublin(entry: Entry) -> list[Dublin]:
    """Return the Dublin Core of an entry, of which feedparser keeps one value an element."""
    if entry.element is None:
        return [
            Dublin(name.partition("_")[2], Given(value))
            for name, value in entry.values.items()
            if name.startswith(("dc_", "dcterms_")) and isinstance(value, str)
        ]
    own = str(entry.element.get(XML_LANG) or "")
    return [
        Dublin(local_name(child), Given(_all_text(child), str(child.get(XML_LANG) or own)))
        for child in entry.element
        if str(child.tag).startswith(tuple(f"{{{namespace}}}" for namespace in DC))
    ]


def _all_text(element: _Element) -> str:
    resource = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}resource"
    return "".join(map(str, element.itertext())) or str(element.get(resource) or "")


def _dublin_fields(dublin: Iterable[Dublin]) -> Iterator[tuple[str, Given]]:
    for term, given in dublin:
        name = DC_NAMES.get(term, term)
        if term in DC_READ or not name:
            continue
        if name == "rights" and WEB.match(given.value.strip()):
            name = "licence"
        worded = name in {"rights", "coverage", "type", "format"}
        yield name, given if worded else Given(given.value)


def _date(values: Mapping[str, object]) -> str:
    """Return when an entry was published, else last changed, as it says it; years in four digits.

    What feedparser makes of dates is not taken: of unusual ones it makes others.
    """
    for name in ("published", "updated", "created", "prism_publicationdate"):
        if given := text_in(values, name).strip():
            short = SHORT_YEAR.fullmatch(given)
            if not short:
                return given
            century = "20" if int(short.group(2)) <= LAST_OF_2000 else "19"
            return f"{short.group(1)}{century}{short.group(2)}{short.group(3) or ''}"
    return ""


def _distinct(given: Iterable[Given]) -> list[Given]:
    return list(dict.fromkeys(Given(one.value.strip(), one.language) for one in given))
