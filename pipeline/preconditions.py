"""What must hold before a run begins; each is a clear refusal where it does not."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.errors import SettingsError, show_path
from pipeline.manifest import Manifest
from pipeline.model import Books
from pipeline.settings import CATALOGUE_FILE, Settings, Source, nearest


def select_sources(settings: Settings, names: Sequence[str]) -> tuple[Source, ...]:
    """Return the sources of these names (none: all); raises `SettingsError` for an unknown one."""
    known = {source.name: source for source in settings.sources}
    for name in names:
        if name not in known:
            raise SettingsError(
                f"--source {name}: there is no such source{nearest(name, known)}",
                where=show_path(settings.folder / "input"),
                expected=f"one of {', '.join(sorted(known))}",
            )
    return tuple(known[name] for name in sorted(set(names) or known))


def refuse_moved_iris(settings: Settings, previous: Manifest | None) -> None:
    """Refuse a base or a key that would give published resources other IRIs.

    Raises `SettingsError` with the number of IRIs that would break.
    """
    if previous is None:
        return
    base = settings.catalogue.base
    if base != previous.base:
        raise SettingsError(
            f"key 'base': {base!r} is not the base of what is published, {previous.base!r}: "
            f"{previous.records} IRIs would break",
            where=show_path(settings.folder / CATALOGUE_FILE),
            next_step="put the old base back, or publish under the new one from another folder "
            "(cataloom init)",
        )
    for source in settings.sources:
        key = previous.keys.get(source.name, source.keyed_by)
        books = previous.books.get(source.name, Books())
        published = books.created + books.updated + books.unchanged + books.kept
        if published and key != source.keyed_by:
            raise SettingsError(
                f"key 'key': {list(source.keyed_by)} is not the key of what is published, "
                f"{list(key)}: {published} IRIs would break",
                where=source.file,
                next_step="put the old key back, or give the source another name",
            )
