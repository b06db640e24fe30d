"""The items of one WordPress source -> records, and what of the items is not taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from pipeline.extract.json_paths import JsonField
from pipeline.extract.payloads import Payload, shown, source_issue
from pipeline.extract.unread import Notes
from pipeline.extract.wordpress_item import NOT_TOLD, Item, item_record, lacks_terms, terms_of
from pipeline.kinds import WordpressSettings
from pipeline.model import Issue, Locator, Page, SourceRecord
from pipeline.settings import Source

MOST_TOLD = 20  # taxonomies; no site has more, but a hostile one


class Reader(msgspec.Struct):
    """What the items of a source are read with, and what was seen in them until now."""

    source: Source
    settings: WordpressSettings
    fields: tuple[JsonField, ...]
    left_out: set[str] = set()
    told_numbers: bool = False

    def page(self, items: Sequence[object], payload: Payload, total: int | None) -> Page:
        """Return the page of the items that one answer of the API holds."""
        place = Locator(payload.digest, payload.name, "")
        records: list[SourceRecord] = []
        issues = Notes()
        for number, item in enumerate(items, 1):
            if not isinstance(item, dict):
                message = f"{payload.name}: item {number} is no object and was left out"
                issues.lose(source_issue(self.source, message, value=str(item)[:200]))
                continue
            position = f"item {number}"
            if isinstance(item.get("id"), int):
                position = shown(f"{item.get('type') or 'item'} {item['id']}")
            records.append(self.record(item, position, place))
            issues += self.notes(item, place)
        return issues.page(records, total)

    def record(self, item: Item, position: str, place: Locator) -> SourceRecord:
        """Return the record of one item."""
        taxonomies = self.settings.taxonomies
        return item_record(item, position, taxonomies, self.fields, self.source, place)

    def notes(self, item: Item, place: Locator) -> Iterator[Issue]:
        """Yield, once a source, what the items have that is not taken."""
        if lacks_terms(item) and not self.told_numbers:
            self.told_numbers = True
            message = (
                f"{place.name}: the API gives the categories and tags of its items as numbers "
                "only, so they were left out; ask the site whether a plug-in hides them"
            )
            yield source_issue(self.source, message)
        for taxonomy, name in terms_of(item):
            known = taxonomy in self.settings.taxonomies or taxonomy in NOT_TOLD
            if known or taxonomy in self.left_out or len(self.left_out) == MOST_TOLD:
                continue
            self.left_out.add(taxonomy)
            message = (
                f"{place.name}: terms of the taxonomy '{shown(taxonomy)}', such as "
                f"{shown(name)!r}, were left out; to take them, add a line to "
                f'[wordpress.taxonomies]: {shown(taxonomy)} = "subject"'
            )
            yield source_issue(self.source, message, value=taxonomy, severity="info")
