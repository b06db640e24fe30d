"""`sitemap`: the pages of a site's sitemap, or saved pages, by the metadata embedded in each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from pipeline.errors import SettingsError, SourceError
from pipeline.extract.access import Access
from pipeline.extract.decoding import decode
from pipeline.extract.embedded import SYNTAXES, Embedded, describe
from pipeline.extract.embedded_page import read_page
from pipeline.extract.html_pages import HTML
from pipeline.extract.http_error import ComeBackError, HttpError, TimeIsUpError
from pipeline.extract.payloads import Payload, find_files, read_payload, shown, source_issue
from pipeline.extract.properties import SCHEMA, canonical, expand
from pipeline.extract.sitemap_choice import Choice
from pipeline.extract.sitemap_index import list_addresses
from pipeline.extract.source_record import make_record
from pipeline.extract.unread import Notes
from pipeline.kinds import SitemapSettings
from pipeline.model import Issue, Locator, Page, SourceRecord
from pipeline.settings import Source, nearest

BATCH = 100
"""Records of one `Page`."""

FEW = 5
MOST_FAILED = 0.2
"""Share of the pages that may fail, once they are more than a few, before the source does."""

BLANK = "without metadata and without a title were left out"
GONE = 410
"""The status code by which a server says that a page was taken away (RFC 9110 §15.5.11)."""

PAGE_TYPES = frozenset({"", "text/html", "application/xhtml+xml", "application/xml", "text/xml"})
SITEMAP_STARTS = ("<urlset", "<sitemapindex", "<rss", "<feed")


class Plan(msgspec.Struct, frozen=True):
    """What the settings ask for, checked: `types` are IRIs of classes (none: creative works)."""

    source: Source
    settings: SitemapSettings
    types: frozenset[str]


class _Books:
    """What was read of a source so far: keys that were met, pages that failed or held nothing."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.keys: dict[str, str] = {}
        self.failed = 0
        self.other: dict[str, list[str]] = {}

    def count(self, what: str, name: str) -> None:
        self.other.setdefault(what, []).append(name)

    def tell(self, source: Source, notes: Notes) -> None:
        for what, names in self.other.items():
            message = f"pages {what}: {len(names):,}; the first is {shown(names[0], 200)}"
            issue = source_issue(source, message, value=names[0])
            (notes.lose if what == BLANK else notes.append)(issue)


def pages(source: Source, access: Access) -> Iterator[Page]:
    """Return the pages of a `sitemap` source; see `pipeline.extract.pages`."""
    plan = check(source)
    if source.is_live:
        return _from_web(plan, access)
    return _from_files(plan, access, find_files(source, access.folder))


def check(source: Source) -> Plan:
    """Return what the settings ask for; raises `SettingsError` for what there is not."""
    settings = source.sitemap or SitemapSettings()
    where = source.file or source.name
    for syntax in settings.syntaxes:
        if syntax not in SYNTAXES:
            raise SettingsError(
                f"key 'sitemap.syntaxes': {shown(syntax)!r}: unknown{nearest(syntax, SYNTAXES)}",
                where=where, expected=f"some of {', '.join(SYNTAXES)}",
            )  # fmt: skip
    types = {one: expand(one) if ":" in one else canonical(SCHEMA + one) for one in settings.types}
    for name, iri in types.items():
        if not iri or not name.strip() or any(map(str.isspace, name)):
            raise SettingsError(
                f"key 'sitemap.types': {shown(name)!r} is no type", where=where,
                expected="a type of schema.org such as Course, or the IRI of a class",
            )  # fmt: skip
    return Plan(source, settings, frozenset(types.values()))


def _from_web(plan: Plan, access: Access) -> Iterator[Page]:
    source = plan.source
    choice = Choice(plan.settings, source.location.strip())
    listing = list_addresses(source, access, choice)
    if not listing.addresses:
        told = "; ".join(issue.message for issue in listing.notes) or "it lists none"
        raise SourceError(
            f"no address of a page was found: {told}", where=source.location.strip(),
            expected="a sitemap with pages of this host", next_step="correct 'location', or "
            "'include' and 'exclude' in [sitemap]",
        )  # fmt: skip
    books = _Books(len(listing.addresses))
    records: list[SourceRecord] = []
    notes = listing.notes
    for number, address in enumerate(listing.addresses, 1):
        try:
            payload = access.web.get(address, accept=HTML)
        except (ComeBackError, TimeIsUpError):
            raise
        except SourceError as error:
            _fail(source, books, notes, error)
        else:
            _take(plan, payload, payload.url or address, number, books, records, notes)
        if len(records) >= BATCH:
            yield notes.page(records)
            records = []
    books.tell(source, notes)
    yield notes.page(records)


def _from_files(plan: Plan, access: Access, files: tuple[Path, ...]) -> Iterator[Page]:
    books = _Books(len(files))
    records: list[SourceRecord] = []
    notes = Notes()
    for number, path in enumerate(files, 1):
        payload = read_payload(plan.source, path, access.folder, access.payloads)
        _take(plan, payload, "", number, books, records, notes)
        if len(records) >= BATCH:
            yield notes.page(records)
            records = []
    books.tell(plan.source, notes)
    yield notes.page(records)


def _take(
    plan: Plan, payload: Payload, address: str, number: int, books: _Books,
    records: list[SourceRecord], notes: Notes,
) -> None:  # fmt: skip
    """Add the record of a page and what is doubtful about it, or count why there is none."""
    source = plan.source
    if payload.media_type not in PAGE_TYPES:
        books.count("that are no HTML were left out", payload.name)
        return
    try:
        decoded = decode(payload.data, source, payload.name, markup=True, charset=payload.charset)
        if payload.path is not None and decoded.text.lstrip("\ufeff \r\n").startswith(
            ("<?xml", *SITEMAP_STARTS)
        ):
            _refuse_saved_sitemap(decoded.text, payload.name)
        page, problems = read_page(decoded.text, payload.name, address)
    except SourceError as error:
        _fail(source, books, notes, error)
        return
    place = Locator(payload.digest, payload.name, "")
    embedded = describe(page, source, place, plan.settings.syntaxes, plan.types)
    if not embedded.has_wanted:
        books.count("that speak of nothing that 'types' names were left out", payload.name)
        return
    if not embedded.fields.get("title"):
        books.count(BLANK, payload.name)
        return
    key = page.canonical or page.address or payload.name
    if key in books.keys:
        books.count("that call another page's address theirs were left out", payload.name)
        return
    books.keys[key] = payload.name
    notes += decoded.issues
    records.append(_record(source, place, f"page {number}", key, embedded, problems))


def _record(
    source: Source, place: Locator, position: str, key: str, embedded: Embedded,
    problems: tuple[str, ...],
) -> SourceRecord:  # fmt: skip
    notes = [msgspec.structs.replace(issue, identifier=position) for issue in embedded.issues]
    told = [f"{place.name}: {problem}" for problem in (*problems, *embedded.problems)]
    if not embedded.syntaxes:
        told.append(
            f"{place.name}: has no embedded metadata; only what its title and description say was "
            "taken"
        )
    notes += [
        Issue(source.name, position, "extract", "", "", "warning", message) for message in told
    ]
    return make_record(
        source, place, position, embedded.fields, key=key, markup=embedded.markup, issues=notes,
        look="the page's metadata",
    )  # fmt: skip


def _fail(source: Source, books: _Books, notes: Notes, error: SourceError) -> None:
    """Note a page that could not be read; raises `SourceError` for too many.

    It may still be there, but for one of which the server says that it was taken away.
    """
    books.failed += 1
    too_many = books.failed >= FEW and books.failed > MOST_FAILED * books.total
    if too_many or books.failed == books.total:
        raise SourceError(
            f"{books.failed:,} of {books.total:,} pages cannot be read; the last: {error.what}",
            where=error.where, expected=error.expected or "pages that can be read",
            next_step=error.next_step or "look at one of them in a browser",
        ) from error  # fmt: skip
    issue = source_issue(source, f"a page was left out: {error}", value=error.where)
    is_gone = isinstance(error, HttpError) and error.status == GONE
    (notes.append if is_gone else notes.lose)(issue)


def _refuse_saved_sitemap(text: str, name: str) -> None:
    if any(start in text[:2000] for start in SITEMAP_STARTS):
        raise SettingsError(
            f"key 'location': {shown(name)!r} is a saved sitemap, which has no pages in it",
            expected="the sitemap's address, or the saved pages themselves (*.html)",
            next_step="give the address of the sitemap, or of the site, as 'location'",
        )
