"""One item of WordPress -> its source record; pure.

The item is a JSON object as the REST API (`/wp/v2/<type>`, embedded terms included) gives it;
exports are brought into the same form (`pipeline.extract.wxr`).
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence

from pipeline.extract.excerpts import Excerpt, best_abstract
from pipeline.extract.json_paths import JsonField, find_fields
from pipeline.extract.members import object_of, objects_of, text_in
from pipeline.extract.source_record import Given, make_record
from pipeline.model import Locator, SourceRecord
from pipeline.settings import Source

Item = Mapping[str, object]

TERMS = "wp:term"
MEDIA = "wp:featuredmedia"
LANGUAGES = ("lang", "wpml_current_locale", "locale")  # Polylang, WPML, Bogo
NOT_TOLD = frozenset({"language", "nav_menu", "post_format", "post_translations"})
"""Taxonomies that say nothing of what a post is about."""


def item_record(
    item: Item, position: str, taxonomies: Mapping[str, str], fields: Sequence[JsonField],
    source: Source, place: Locator,
) -> SourceRecord:  # fmt: skip
    """Return the record of `item`; `taxonomies` maps taxonomies to the fields of their terms.

    `fields` are the settings' JMESPath expressions and replace what is found under the same name.
    """
    language = _language(item)
    found: dict[str, list[Given]] = {
        "title": [Given(_rendered(item, "title"), language)],
        "description": [Given(_abstract(item), language)],
        "date": [Given(_date(item))],
        "creator": [Given(name) for name in _authors(item)],
        "page": [Given(text_in(item, "link"))],
        "language": [Given(language)],
    }
    markup = {"title", "description"}
    for taxonomy, name in terms_of(item):
        if field := taxonomies.get(taxonomy):
            found.setdefault(field, []).append(Given(name, language))
            markup.add(field)
    for name, address in _files(item):
        found.setdefault(name, []).append(Given(address))
    own, issues = find_fields(fields, item, source, position)
    for one in fields:
        found[one.name] = own[one.name]
        markup = markup - {one.name} | ({one.name} if one.field.html else set())
    return make_record(
        source, place, position, {name: _distinct(given) for name, given in found.items()},
        key=item_key(item), markup=markup, issues=issues, look="the item",
    )  # fmt: skip


def item_key(item: Item) -> str:
    """Return the item's own key, which stays when its slug or title changes.

    That is its GUID, which is the same in the REST API, in exports and in the site's feed; else the
    address of the item in the API, else its link.
    """
    links = objects_of(object_of(item.get("_links")).get("self"))
    own = [text_in(link, "href") for link in links]
    keys = (html.unescape(_rendered(item, "guid")), *own, text_in(item, "link"))
    return next((key.strip() for key in keys if key.strip()), "")


def terms_of(item: Item) -> Iterator[tuple[str, str]]:
    """Yield taxonomy and name, as HTML, of each term that is embedded in `item`."""
    groups = object_of(item.get("_embedded")).get(TERMS)
    for group in groups if isinstance(groups, list) else []:
        for term in objects_of(group):
            if name := text_in(term, "name"):
                yield text_in(term, "taxonomy"), name


def lacks_terms(item: Item) -> bool:
    """Say whether `item` has terms by number only: the API embeds none."""
    numbers = item.get("categories") or item.get("tags")
    return bool(numbers) and TERMS not in object_of(item.get("_embedded"))


def is_locked(item: Item) -> bool:
    """Say whether the text of `item` is behind a password."""
    return bool(object_of(item.get("content")).get("protected"))


def _language(item: Item) -> str:
    """Return the language of an item, where a plug-in for translations says it."""
    for name in LANGUAGES:
        value = item.get(name)
        if isinstance(value, dict):
            value = value.get("slug") or value.get("code") or value.get("locale")
        if isinstance(value, str) and value.strip():
            return value.strip().replace("_", "-")
    return ""


def _abstract(item: Item) -> str:
    """Return the excerpt, or the content where that is cut off; of a locked item neither."""
    if is_locked(item):
        return ""
    candidates = (_rendered(item, "excerpt"), _rendered(item, "content"))
    if text_in(item, "type") == "attachment":
        candidates = (_rendered(item, "caption"), _rendered(item, "description"))
    return best_abstract(Excerpt(text, markup=True) for text in candidates).value


def _date(item: Item) -> str:
    """Return when the item was published, by the site's own clock."""
    local, utc = text_in(item, "date"), text_in(item, "date_gmt")
    return local or (f"{utc}Z" if utc else "")


def _authors(item: Item) -> list[str]:
    authors = objects_of(object_of(item.get("_embedded")).get("author"))
    return [name for author in authors if (name := text_in(author, "name"))]


def _files(item: Item) -> Iterator[tuple[str, str]]:
    """Yield the files of an item: what it is itself, and what it shows; pictures apart."""
    for media in (item, *objects_of(object_of(item.get("_embedded")).get(MEDIA))):
        address = text_in(media, "source_url")
        if address and media is item:
            yield "file", address
        elif address:
            is_image = text_in(media, "mime_type").startswith("image/")
            yield ("image" if is_image or media.get("media_type") == "image" else "file"), address


def _rendered(item: Item, name: str) -> str:
    """Return a text that the API renders: `{"rendered": "…"}`, or the bare text."""
    value = item.get(name)
    return text_in(value, "rendered") if isinstance(value, dict) else text_in(item, name)


def _distinct(given: Sequence[Given]) -> list[Given]:
    return list(dict.fromkeys(given))
