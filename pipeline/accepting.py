"""Which refused run a person may accept, and what of it: the newest that nothing has overtaken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pipeline.errors import RunRefused, SettingsError, show_path
from pipeline.held import digest_of_source, narrowed, what_decides
from pipeline.held_files import FOLDER, REKEYED_FILE, Held, all_held, read_past
from pipeline.manifest import Manifest
from pipeline.runs import CATALOGUE
from pipeline.settings import Settings, nearest


def read_held(
    settings: Settings,
    run: str,
    sources: Sequence[str],
    current: Manifest | None,
    digests: Mapping[str, str],
) -> Held:
    """Return what is held of `run` (its id, or how that begins alone), of `sources`.

    None named: all of them; where the catalogue as a whole was refused, that, and none of those
    that were refused by themselves. Raises `SettingsError` for what is not held, `RunRefused` where
    the catalogue has gone on since, so that accepting would not publish what that run made.
    """
    held = _chosen(settings, _found(settings, run), sources)
    if what := _moved(settings, held, current, digests):
        raise RunRefused(
            f"{what} since the run {held.run}, which would come to something else now",
            where=show_path(settings.output / FOLDER / held.run),
            expected="the catalogue as it was when the run was refused",
            next_step="run again, and accept that run: cataloom run",
        )
    return held


def _found(settings: Settings, run: str) -> Held:
    every = all_held(settings.output)
    some = [one for one in every if run and one.run.startswith(run)]
    if len(some) == 1:
        return some[0]
    past = read_past(settings.output)
    if not some and (gone := [one for one in past if run and one.startswith(run)]):
        raise _gone(settings, gone[-1], past[gone[-1]])
    known = [one.run for one in every]
    what = f"{run!r} is how several held runs begin" if some else (
        f"{run!r} is no refused run that is held{nearest(run, known)}"
    )  # fmt: skip
    raise SettingsError(
        what,
        where=show_path(settings.output / FOLDER),
        expected=f"one of {', '.join(known)}" if known else "a run that a gate refused",
        next_step="the message of the refused run names it; cataloom status shows that of the last",
    )


def _gone(settings: Settings, run: str, became: Mapping[str, str]) -> SettingsError:
    """Return the error for a run of which nothing is held any more."""
    newer = _newer(settings, became)
    told = "; ".join(f"{name}: {what}" for name, what in sorted(became.items()))
    return SettingsError(
        f"the run {run} is not held any more: {told}",
        where=show_path(settings.output / FOLDER),
        expected="the last harvest that a gate refused",
        next_step=f'cataloom accept {newer} --reason "…"' if newer else
        "nothing, if that is right; else cataloom run",
    )  # fmt: skip


def _newer(settings: Settings, keys: Iterable[str]) -> str:
    """Return the newest run that holds one of these sources, or the whole; empty if none does."""
    held = all_held(settings.output)
    newer = [one.run for one in held if not {*keys}.isdisjoint((*one.refused, *one.sources))]
    return newer[-1] if newer else ""


def refuse_past_pairs(settings: Settings, file: Path) -> None:
    """Raise `SettingsError` where `file` is of a refused run of which nothing is held any more."""
    folder = file.resolve().parent
    run = folder.name
    if file.exists() or folder.parent != (settings.output / FOLDER).resolve():
        return
    became = read_past(settings.output).get(run, {})
    newer = _newer(settings, became)
    pairs = settings.output / FOLDER / newer / REKEYED_FILE
    told = "".join(f"; {name}: {what}" for name, what in sorted(became.items()))
    raise SettingsError(
        f"what the run {run} wrote down is not held any more{told}",
        where=show_path(file),
        expected=f"the pairs of the last run that was refused, {REKEYED_FILE}",
        next_step=f"cataloom decide {show_path(pairs)}" if newer and pairs.exists() else
        "cataloom run, and take the file that it names",
    )  # fmt: skip


def _chosen(settings: Settings, held: Held, sources: Sequence[str]) -> Held:
    if not sources:
        return narrowed(held, {CATALOGUE}) if CATALOGUE in held.refused else held
    for name in sources:
        if name in held.whole and name not in held.refused:
            raise SettingsError(
                f"the run {held.run} was refused as a whole",
                where="--source",
                expected="no --source: it is published as a whole or not at all",
            )
        if name not in held.refused:
            became = read_past(settings.output).get(held.run, {})
            if name in became:
                raise _gone(settings, held.run, {name: became[name]})
            raise SettingsError(
                f"--source {name}: nothing of it is held of the run {held.run}"
                f"{nearest(name, held.refused)}",
                expected=f"one of {', '.join(sorted(held.refused))}",
            )
    return narrowed(held, sources)


def _moved(
    settings: Settings, held: Held, current: Manifest | None, digests: Mapping[str, str]
) -> str:
    """Return what is not as it was when the run was refused, or an empty text."""
    now = what_decides(settings, digests)
    moved = [name for name in now if held.digests.get(name) != now[name]]
    files = {source.name: source for source in settings.sources}
    for name in sorted(held.settings.keys() | files.keys()):
        source = files.get(name)
        if source is None or digest_of_source(source) != held.settings.get(name):
            moved.append(source.place if source else f"input/{name}.toml")
    if moved:
        return f"{', '.join(moved)} changed"
    notes = current.harvests if current else {}
    same = all(held.notes.get(name) == notes.get(name) for name in held.sources)
    if CATALOGUE in held.refused:
        same = same and held.release == (current.id if current else "")
    return "" if same else f"{current.id if current else 'nothing'} was published"
