"""What can still be read of a `catalogue.toml` that is wrong: enough to tell people of it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_type_hints

import msgspec

from pipeline.settings import CATALOGUE_FILE, AlertSettings, Catalogue, Publisher

_TABLE = re.compile(r"^[ \t]*\[[ \t]*([^\[\]]+?)[ \t]*\][ \t]*(?:#.*)?$", re.MULTILINE)


def rescued_catalogue(folder: Path) -> Catalogue:
    """Return a catalogue with the base, title, contact and alerts of a folder, each if it is sound.

    What is not is as if it were not set; nothing is raised.
    """
    try:
        text = (folder / CATALOGUE_FILE).read_bytes().decode("utf-8-sig", "replace")
    except OSError:
        text = ""
    tables = _tables(text)
    top, title = tables.get("", {}), tables.get("title", {})
    texts = {key: value for key, value in title.items() if isinstance(value, str) and value}
    return Catalogue(
        base=_text(top.get("base")),
        title=texts or {"en": folder.resolve().name},
        publisher=Publisher(""),
        licence="",
        languages=("en",),
        contact=_text(top.get("contact")),
        alerts=_alerts(tables.get("alerts", {})),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _tables(text: str) -> dict[str, dict[str, object]]:
    """Return the tables of the first level, the keys above them under an empty name.

    A mistake in one table leaves the others, one in a line the other lines.
    """
    found: dict[str, dict[str, object]] = {}
    name, start = "", 0
    for head in (*_TABLE.finditer(text), None):
        table = _keys(text[start : head.start() if head else len(text)])
        for key, value in table.items():
            if not name and isinstance(value, dict):  # an inline table
                found.setdefault(key, {}).update(value)
            found.setdefault(name, {})[key] = value
        if head:
            name, start = head[1].strip("\"'"), head.end()
    return found


def _keys(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        pass
    found: dict[str, object] = {}
    for line in text.splitlines():
        try:
            found |= tomllib.loads(line)
        except tomllib.TOMLDecodeError:
            continue
    return found


def _alerts(table: dict[str, object]) -> AlertSettings:
    kinds = get_type_hints(AlertSettings, include_extras=True)
    sound: dict[str, object] = {}
    for key in table.keys() & kinds.keys():
        try:
            sound[key] = msgspec.convert(table[key], kinds[key])
        except msgspec.ValidationError:
            continue
    return msgspec.convert(sound, AlertSettings)
