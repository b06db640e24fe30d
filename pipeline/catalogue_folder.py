"""A catalogue folder: finding it and reading its settings.

Every mistake of every settings file is collected and shown at once: file, key, what was expected,
the nearest valid name. Nothing here reads the network or imports anything heavy.
"""

from __future__ import annotations

import re
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from pipeline.errors import SettingsError, show_path
from pipeline.kinds import KINDS
from pipeline.settings import (
    CATALOGUE_FILE,
    SOURCE_NAME,
    Catalogue,
    Settings,
    Source,
    iri_problem,
    nearest,
)

S = TypeVar("S", bound=msgspec.Struct)


def load_settings(folder: Path) -> Settings:
    """Read and check `catalogue.toml` and every `input/*.toml` of a catalogue folder.

    Raises `SettingsError` whose text lists every mistake found, one a line.
    """
    problems: list[str] = []
    catalogue = _read(folder / CATALOGUE_FILE, Catalogue, problems)
    if catalogue is not None:
        problems += _catalogue_problems(catalogue, show_path(folder / CATALOGUE_FILE))
    sources: list[Source] = []
    input_folder = folder / "input"
    files = sorted(input_folder.glob("*.toml"))
    if not files:
        problems.append(
            f"{show_path(input_folder)}: no source file; expected one NAME.toml a source; "
            "next: let one be proposed: cataloom source probe URL|FILE --write NAME"
        )
    for file in files:
        source = _read(file, Source, problems)
        if source is not None:
            source = msgspec.structs.replace(
                source, name=source.name or file.stem, file=show_path(file)
            )
            problems += _source_problems(source, sources)
            sources.append(source)
    if problems or catalogue is None:
        raise SettingsError("\n".join(problems))
    return Settings(folder, catalogue, tuple(sorted(sources, key=lambda source: source.name)))


def load_catalogue(folder: Path) -> Catalogue:
    """Read and check `catalogue.toml` alone: a folder without sources yet is all right.

    Raises `SettingsError` whose text lists every mistake found, one a line.
    """
    problems: list[str] = []
    catalogue = _read(folder / CATALOGUE_FILE, Catalogue, problems)
    if catalogue is not None:
        problems += _catalogue_problems(catalogue, show_path(folder / CATALOGUE_FILE))
    if problems or catalogue is None:
        raise SettingsError("\n".join(problems))
    return catalogue


def find_folder(start: Path) -> Path:
    """Return `start` or the nearest folder above it that holds `catalogue.toml`.

    Raises `SettingsError` where there is none.
    """
    for folder in (start, *start.resolve().parents):
        if (folder / CATALOGUE_FILE).is_file():
            return folder
    raise SettingsError(
        f"no {CATALOGUE_FILE} here or in a folder above",
        where=show_path(start),
        expected="a catalogue folder",
        next_step="change to one, name one with -C DIR, or make one: cataloom init DIR --base IRI",
    )


def _read(file: Path, struct: type[S], problems: list[str]) -> S | None:
    """Read one TOML file into `struct`; mistakes are added to `problems`."""
    shown = show_path(file)
    try:
        data = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        problems.append(f"{shown}: there is no such file; next: cataloom init makes one")
        return None
    except UnicodeDecodeError as error:
        problems.append(f"{shown}: byte {error.start} is not UTF-8; next: save the file as UTF-8")
        return None
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{shown}: not valid TOML: {error}")
        return None
    except OSError as error:
        problems.append(f"{shown}: cannot be read: {error.strerror}")
        return None
    found = list(_unknown_keys(data, struct, ""))
    if found:  # a key that is missing may be one of these, misspelt
        found += _wrong_values(data, struct, "", are_all=False)
    else:
        try:
            return msgspec.convert(data, struct)
        except msgspec.ValidationError as error:
            found = list(_wrong_values(data, struct, "")) or [_explain(str(error))]
    problems += [f"{shown}: {problem}" for problem in found]
    return None


def _wrong_values(
    data: dict[str, object], kind: Any, path: str, *, are_all: bool = True
) -> Iterator[str]:
    """Yield a message for each key whose value does not fit, and, if `are_all`, each missing one.

    The values of the struct `kind` are converted one by one: msgspec ends at the first mistake.
    """
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        name, value = field.encode_name, data.get(field.encode_name)
        if name not in data:
            if field.required and are_all:
                inside = f" - at `$.{path.rstrip('.')}`" if path else ""
                yield _explain(f"Object missing required field `{name}`{inside}")
            continue
        inner, _ = _struct_in(hints[field.name])
        if inner is not None and isinstance(value, dict):
            yield from _wrong_values(value, inner, f"{path}{name}.", are_all=are_all)
            continue
        try:
            msgspec.convert(value, hints[field.name])
        except msgspec.ValidationError as error:
            what, at, where = str(error).partition(" - at `$")
            yield _explain(f"{what} - at `$.{path}{name}{where if at else '`'}")


def _unknown_keys(data: object, kind: Any, path: str) -> Iterator[str]:
    """Yield a message for each key of `data` that the type `kind` does not know, at any depth."""
    kind, values = _struct_in(kind)
    if values is not None and isinstance(data, dict):
        for key, value in data.items():
            yield from _unknown_keys(value, values, f"{path}{key}.")
    if kind is None or not isinstance(data, dict):
        return
    hints = get_type_hints(kind, include_extras=True)
    names = dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))
    known = [name for name in names if name not in {"file"}]
    for key, value in data.items():
        if key not in known:
            yield (
                f"key '{path}{key}': unknown{nearest(key, known)}; "
                f"expected one of {', '.join(sorted(known))}"
            )
        else:
            yield from _unknown_keys(value, hints[names[key]], f"{path}{key}.")


def _struct_in(kind: Any) -> tuple[Any, Any]:
    """Return the struct that `kind` allows, if any, and the type of the values of a dict."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _struct_in(get_args(kind)[0])
    if origin in {Union, types.UnionType}:
        found = [_struct_in(part) for part in get_args(kind)]
        return next((pair for pair in found if pair != (None, None)), (None, None))
    if origin is dict:
        return None, get_args(kind)[1]
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind, None
    return None, None


def _explain(message: str) -> str:
    """Turn a message of msgspec into one that names the key and what was expected."""
    what, _, where = message.partition(" - at `$")
    key = where.strip("`").lstrip(".").replace("[...]", "[]")
    if missing := re.search(r"missing required field `(\w+)`", what):
        name = missing.group(1)
        inside = f" in '{key}'" if key else ""
        return f"key '{name}': missing{inside}; {EXPECTED.get(name, 'it is required')}"
    name = re.sub(r"\[\d*\]$", "", key.rpartition(".")[2])
    hint = EXPECTED.get(name, "")
    if hint and "regex" in what:
        return f"key '{key}': its value does not fit; {hint}"
    what = what.replace("`", "").replace("str matching regex", "text like")
    return f"key '{key}': {what[:1].lower()}{what[1:]}" + (f"; {hint}" if hint else "")


EXPECTED = {
    "base": 'expected an absolute IRI that ends in / or #, such as "https://example.org/catalogue/"',
    "title": 'expected a text per language, such as [title] en = "…"',
    "publisher": 'expected [publisher] name = "…" and, where there is one, homepage = "https://…"',
    "licence": "expected the IRI of the metadata's licence, such as "
    '"https://creativecommons.org/publicdomain/zero/1.0/"',
    "languages": 'expected a list of BCP 47 tags, such as ["en", "pt-BR"]',
    "contact": 'expected "mailto:…" or an http(s) IRI',
    "kind": 'expected a kind of source, such as "html-listing" (docs/sources.md lists them)',
    "location": "expected a web address, or a path or glob relative to the source file",
    "entry": "expected the CSS selector of an entry (or XPath behind xpath:)",
    "fields": 'expected a selector per field, such as [html.fields] title = "h3"',
    "labels": "expected the list of labels that stand above the entries",
}


def _catalogue_problems(catalogue: Catalogue, shown: str) -> Iterator[str]:
    """Yield what is wrong with values that types alone do not settle."""
    if problem := iri_problem(catalogue.base):
        yield f"{shown}: key 'base': {catalogue.base!r}: {problem}; {EXPECTED['base']}"
    elif not catalogue.base.endswith(("/", "#")) or "?" in catalogue.base:
        yield f"{shown}: key 'base': {catalogue.base!r} does not end in / or #; {EXPECTED['base']}"
    for key in ("licence", "homepage"):
        value = getattr(catalogue, key)
        if (value or key == "licence") and (problem := iri_problem(value)):
            yield f"{shown}: key '{key}': {value!r}: {problem}; expected an http(s) IRI"
    if catalogue.publisher.homepage and (problem := iri_problem(catalogue.publisher.homepage)):
        yield f"{shown}: key 'publisher.homepage': {problem}; expected an http(s) IRI"
    if not catalogue.title:
        yield f"{shown}: key 'title': empty; {EXPECTED['title']}"
    if not re.fullmatch(r"mailto:[^@\s<>\"]+@[^@\s<>\"]+", catalogue.contact) and iri_problem(
        catalogue.contact
    ):
        yield f"{shown}: key 'contact': {catalogue.contact!r}; {EXPECTED['contact']}"


def _source_problems(source: Source, others: list[Source]) -> Iterator[str]:
    """Yield what is wrong with one source, also against the `others` read before it."""
    shown = source.file
    if not SOURCE_NAME.fullmatch(source.name):
        yield (
            f"{shown}: key 'name': {source.name!r}; expected lower-case letters, digits and "
            "hyphens, at most 40, starting with a letter (it becomes part of every IRI)"
        )
    for other in others:
        if other.name == source.name:
            yield (
                f"{shown}: key 'name': {source.name!r} is already the name of {other.file}; "
                "expected a name of its own for each source"
            )
    for key in ("homepage", "collection"):
        value = getattr(source, key)
        if value and (problem := iri_problem(value)):
            yield f"{shown}: key '{key}': {value!r}: {problem}; expected an http(s) IRI"
    if source.rights.licence and (problem := iri_problem(source.rights.licence)):
        yield f"{shown}: key 'rights.licence': {problem}; expected an http(s) IRI"
    if source.kind not in KINDS:
        yield (
            f"{shown}: key 'kind': {source.kind!r}: unknown{nearest(source.kind, list(KINDS))}; "
            f"expected one of {', '.join(sorted(KINDS))}"
        )
        return
    kind = KINDS[source.kind]
    for table in sorted({one.table for one in KINDS.values()}):
        given = getattr(source, table) is not None
        if table == kind.table and kind.needs_table and not given:
            yield (
                f"{shown}: key '{table}': missing; expected a [{table}] table, "
                f"as the kind {source.kind} needs it (docs/sources/{source.kind}.md)"
            )
        elif table != kind.table and given:
            yield f"{shown}: key '{table}': the kind {source.kind} does not use this table"
    yield from _access_problems(source)


def _access_problems(source: Source) -> Iterator[str]:
    """Yield what is wrong with how a source is reached."""
    shown = source.file
    if source.is_live and (problem := iri_problem(re.sub("[{}]", "", source.location.strip()))):
        yield f"{shown}: key 'location': {problem}; {EXPECTED['location']}"
    if source.paging and not source.is_live:
        yield f"{shown}: key 'paging': only pages of the web are paged; name saved ones by a glob"
    credentials = source.credentials
    if credentials is None:
        return
    ways = [name for name in ("header", "parameter", "user") if getattr(credentials, name)]
    if len(ways) != 1:
        yield (
            f"{shown}: key 'credentials': {' and '.join(ways) or 'no way'} given; expected one of "
            "header, parameter, user, as the way in which the secret is sent"
        )
    if not source.is_live:
        yield f"{shown}: key 'credentials': saved files need none; take the table out"
