"""The kinds of sources: what each takes in its table of a source file, as frozen structs."""

from __future__ import annotations

from typing import Annotated

import msgspec

Positive = Annotated[int, msgspec.Meta(ge=1)]
NotNegative = Annotated[int, msgspec.Meta(ge=0)]
OWN_KEY = "id"  # the pseudo-field of a source's own key: an OAI identifier, a GUID, a subject's IRI
"""Reserved: no source may give a field of this name."""


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one field is taken from an entry.

    `select` is what the kind looks values up by: a CSS selector (or an XPath expression behind
    `xpath:`), a column, a JMESPath expression, a property, a MARC field. `attribute` takes that
    attribute of an HTML element instead of its content; `html` keeps the markup for clean to read;
    `split` cuts one value into several; `language` states the language of the values.
    """

    select: str
    attribute: str = ""
    html: bool = False
    split: str = ""
    language: str = ""


Fields = dict[str, Field | str]


class DetailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The page of one entry: the selector of the link to it, and what is taken from there."""

    link: str
    fields: Fields


class HtmlSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The selectors of an `html-listing` (CSS, or XPath behind `xpath:`)."""

    entry: str
    fields: Fields
    next: str = ""
    total: str = ""
    detail: DetailSettings | None = None


class TextSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The reading rules of a `text-listing`.

    `labels` are the entry labels as the page shows them, in any language; `furniture` lines that
    belong to the page and not to an entry, beyond those that are recognised; `title_longest` the
    most characters that a title may have.
    """

    labels: tuple[str, ...]
    furniture: tuple[str, ...] = ()
    title_longest: Positive = 300


class OaiSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked of an OAI-PMH provider.

    `prefix` is the metadataPrefix, `sets` the sets (none: all), `from` and `until` the dates
    between which records changed. `incremental` asks only for what changed since the last published
    harvest, and for all of it after `full_after` days. `fields` adds XPath expressions, evaluated
    on the metadata's root element.
    """

    prefix: str = "oai_dc"
    sets: tuple[str, ...] = ()
    from_: str = msgspec.field(default="", name="from")
    until: str = ""
    incremental: bool = False
    full_after: Positive = 30
    fields: Fields = {}


class FeedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is taken from a feed; `fields` adds JMESPath expressions on feedparser's entry."""

    fields: Fields = {}


class WordpressSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is taken from WordPress.

    `types` are the post types (`posts`, `pages`, or a plug-in's), `taxonomies` maps a taxonomy to
    the field its terms become, `fields` adds JMESPath expressions on the item of the REST API.
    """

    types: tuple[str, ...] = ("posts",)
    taxonomies: dict[str, str] = msgspec.field(
        default_factory=lambda: {"category": "subject", "post_tag": "subject"}
    )
    fields: Fields = {}


class TableSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a table is read; what is not set is found out.

    `fields` maps our fields to columns by their heading (the second of the same name is `Tag#2`);
    without it columns are known by their usual names. `header` is the row of the headings (1 the
    first), `delimiter` that of CSV, `sheet` the name of the sheet.
    """

    fields: Fields = {}
    header: NotNegative = 0
    delimiter: str = ""
    sheet: str = ""


class JsonSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the entries of a JSON document are: JMESPath expressions (jmespath.org).

    `levels` leads from the document to the entries, each expression evaluated on what the one
    before it gave; an entry sees what stands above it as `_parents`, from the outermost. `next`
    gives the address of the next page, `total` the number of entries.
    """

    fields: Fields
    levels: tuple[str, ...] = ()
    next: str = ""
    total: str = ""


class SitemapSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which pages of a sitemap are read, and which of their embedded metadata.

    `include` and `exclude` are globs of addresses (`*` also matches `/`). `syntaxes` are asked in
    order, the first that gives a field wins. `types` are the schema.org types taken for resources
    (none: every kind of creative work).
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    syntaxes: tuple[str, ...] = (
        "json-ld", "microdata", "rdfa", "citation", "dublin-core", "opengraph",
    )  # fmt: skip
    types: tuple[str, ...] = ()
    most: Positive = 10_000


class RdfSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which subjects of an RDF graph are records.

    `classes` are IRIs of their classes (none: the usual ones), `fields` maps our fields to property
    IRIs, `format` is the syntax where neither name nor server tells. `query` is a CONSTRUCT query
    for a SPARQL endpoint, asked for `page_size` results at a time.
    """

    classes: tuple[str, ...] = ()
    fields: Fields = {}
    format: str = ""
    query: str = ""
    page_size: Positive = 1000


class MarcSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is taken from MARC 21 beyond or instead of the usual: fields such as `245abnp`."""

    fields: Fields = {}


class Kind(msgspec.Struct, frozen=True):
    """A kind of source: its table in the source file, and what identifies its entries."""

    table: str
    needs_table: bool
    key: tuple[str, ...]


KINDS = {
    "html-listing": Kind("html", True, ("title", "type")),
    "text-listing": Kind("text", True, ("title", "type")),
    "oai-pmh": Kind("oai", False, (OWN_KEY,)),
    "feed": Kind("feed", False, (OWN_KEY,)),
    "wordpress": Kind("wordpress", False, (OWN_KEY,)),
    "table": Kind("table", False, ("title", "type")),
    "json": Kind("json", True, ("title", "type")),
    "sitemap": Kind("sitemap", False, (OWN_KEY,)),
    "rdf": Kind("rdf", False, (OWN_KEY,)),
    "marc": Kind("marc", False, (OWN_KEY,)),
}
