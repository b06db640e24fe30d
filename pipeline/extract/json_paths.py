"""JMESPath expressions (jmespath.org) of settings, compiled; and the values they find as texts."""

from __future__ import annotations

import functools
import re
import warnings
from collections.abc import Callable, Mapping, Sequence

import msgspec

from pipeline.errors import SettingsError
from pipeline.extract.payloads import MOST_VALUES, shown
from pipeline.extract.source_record import Given, parted
from pipeline.kinds import Field, Fields
from pipeline.model import Issue
from pipeline.settings import Source, nearest

Evaluate = Callable[[object], object]
"""Takes a JSON value, gives what the expression finds there (None: nothing)."""

SHORT_CODE = 2
UNSTATED = frozenset({"und", "@none"})
TAG = re.compile(r"([a-z]{2,3}|und)([-_][A-Za-z0-9]{2,8})*|@none", re.IGNORECASE)
NO_LANGUAGES = frozenset({"id", "no", "to", "url", "uri", "doi", "alt", "src", "key", "tag", "ref"})
"""Language codes that are more often names in JSON: alone they make no language map."""

MOST_NAMES = 8
MOST_FOUND = 100 * MOST_VALUES
"""Texts of one field after which an expression's finds are read no further."""

VALUES = ("@value", "value")
LANGUAGES = ("@language", "language", "lang")
"""How JSON-LD, DSpace, DataCite and others write a text with its language."""


class Values(msgspec.Struct, frozen=True):
    """The texts that an expression found, and a sentence on what it found that is no text."""

    given: tuple[Given, ...]
    problem: str = ""


class JsonField(msgspec.Struct, frozen=True):
    """One field of the settings: its name, its key there, how it is found."""

    name: str
    key: str
    find: Callable[[object], Values]
    field: Field


def compile_path(expression: str, source: Source, key: str) -> Evaluate:
    """Return the function that evaluates `expression`, the value of the setting `key`.

    The function raises `ValueError` with a sentence where the expression does not fit a value (a
    function gets what it cannot take). Raises `SettingsError` naming `key` for what is no JMESPath.
    """
    try:
        return _compile(expression)
    except ValueError as error:
        raise SettingsError(
            f"key '{key}': {shown(expression)!r} is no JMESPath expression: {error}",
            where=source.file or source.name,
            expected="such as title, authors[].name or links[?rel=='self'].href; a name with other "
            "characters than letters, digits and _ stands in quotes: '\"dc:title\"'",
            next_step="correct it; jmespath.org lets you try expressions",
        ) from error


def jmes(expression: str, source: Source, key: str) -> Callable[[object], Values]:
    """Return the function that gives the texts `expression` finds in a value, with languages.

    Raises `SettingsError` naming the setting `key` for what is no JMESPath; the function itself
    raises nothing.
    """
    evaluate = compile_path(expression, source, key)
    spoken = frozenset(tag.partition("-")[0] for tag in source.languages)

    def find(value: object) -> Values:
        try:
            return values_of(evaluate(value), spoken)
        except ValueError as error:
            return Values((), str(error))

    return find


def json_fields(fields: Fields, source: Source, table: str) -> tuple[JsonField, ...]:
    """Return the compiled `fields` of the settings table `table`; raises `SettingsError`."""
    compiled = []
    for name, given in fields.items():
        field = Field(select=given) if isinstance(given, str) else given
        key = f"{table}.fields.{name}" + ("" if isinstance(given, str) else ".select")
        compiled.append(JsonField(name, key, jmes(field.select, source, key), field))
    return tuple(compiled)


def find_fields(
    fields: Sequence[JsonField], entry: object, source: Source, position: str
) -> tuple[dict[str, list[Given]], list[Issue]]:
    """Return what each of `fields` finds in `entry`, as `make_record` takes it, and the issues."""
    found: dict[str, list[Given]] = {}
    issues = []
    for field in fields:
        values = field.find(entry)
        found[field.name] = parted(values.given, field.field)
        if values.problem:
            message = f"field '{field.name}': key '{field.key}' {values.problem}"
            value = shown(field.field.select)
            issues.append(
                Issue(source.name, position, "extract", field.name, value, "warning", message)
            )
    return found, issues


def values_of(found: object, spoken: frozenset[str] = frozenset()) -> Values:
    """Return the texts in what an expression found: lists flattened, null and "" left out.

    An object that maps language tags to texts gives them with their languages, as does one of a
    text and its language; `spoken` are the language codes that the source's texts may have.

    >>> values_of({"en": "Fair", "es": ["Feria"]}).given
    (Given(value='Fair', language='en'), Given(value='Feria', language='es'))
    """
    given: list[Given] = []
    problem = ""
    waiting = [(found, "")]
    while waiting and len(given) < MOST_FOUND:
        value, language = waiting.pop()
        if isinstance(value, list):
            waiting += [(item, language) for item in reversed(value)]
        elif isinstance(value, dict):
            spoken_values = _by_language(value, spoken)
            if spoken_values is None:
                problem = problem or (_points_at_object(value) if value else "")
            else:
                waiting += reversed(spoken_values)
        elif text := text_of(value):
            given.append(Given(text, language))
    return Values(tuple(given), problem)


def text_of(value: object) -> str:
    """Return a JSON value as text: numbers as short as they may be; null as none.

    >>> text_of(2019.0), text_of(4.5), text_of(True), text_of(None)
    ('2019', '4.5', 'true', '')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value).removesuffix(".0")


def _by_language(
    value: Mapping[str, object], spoken: frozenset[str]
) -> list[tuple[object, str]] | None:
    """Return the texts of an object with the language of each, or None where it has none."""
    for name in VALUES:
        if name in value:
            language = next((tag for n in LANGUAGES if isinstance(tag := value.get(n), str)), "")
            named = name == "@value" or any(n in value for n in LANGUAGES)
            return [(value[name], language)] if named else None
    if not all(TAG.fullmatch(name) for name in value):
        return None
    codes = [re.split("[-_]", name.lower())[0] for name in value]
    certain = [code for code in codes if code not in NO_LANGUAGES]
    several = len(certain) > 1 and all(len(code) == SHORT_CODE for code in certain)
    if not several and spoken.isdisjoint(certain):
        return None
    if any(isinstance(item, dict) for item in value.values()):
        return None
    return [(item, "" if tag.lower() in UNSTATED else tag) for tag, item in value.items()]


def _points_at_object(value: Mapping[str, object]) -> str:
    names = ", ".join(shown(name, 30) for name in list(value)[:MOST_NAMES])
    return f"points at an object, not a text; expected the name of one of its parts: {names}"


@functools.lru_cache(maxsize=512)
def _compile(expression: str) -> Evaluate:
    """Return the compiled expression; raises `ValueError` with a sentence."""
    import jmespath  # type: ignore[import-untyped]
    from jmespath.exceptions import (  # type: ignore[import-untyped]
        JMESPathError,
        ParseError,
    )

    if not expression.strip():
        raise ValueError("it is empty")
    try:
        with warnings.catch_warnings():  # `like this` is a text still, by an older rule
            warnings.simplefilter("ignore", PendingDeprecationWarning)
            compiled = jmespath.compile(expression)
    except ParseError as error:
        raise ValueError(
            f"column {int(error.lex_position) + 1}: it cannot be read there"
        ) from error
    except (JMESPathError, RecursionError) as error:
        raise ValueError(shown(str(error))) from error
    _check_functions(compiled.parsed)

    def evaluate(value: object) -> object:
        try:
            return compiled.search(value)
        except (JMESPathError, TypeError, ValueError, RecursionError) as error:
            raise ValueError(f"does not fit the entry: {shown(str(error), 200)}") from error

    return evaluate


def _check_functions(tree: object) -> None:
    """Raise `ValueError` for a function that does not exist or has too few or many arguments."""
    from jmespath.functions import Functions  # type: ignore[import-untyped]

    table = Functions.FUNCTION_TABLE
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, dict):  # the name of a key, the bound of a slice
            continue
        children = node["children"]
        waiting += children
        if node["type"] != "function_expression":
            continue
        name = str(node["value"])
        if name not in table:
            raise ValueError(f"there is no function {name}(){nearest(name, list(table))}")
        signature = table[name]["signature"]
        least = len(signature)
        most = len(children) if signature and signature[-1].get("variadic") else least
        if not least <= len(children) <= most:
            raise ValueError(f"{name}() takes {least} arguments, not {len(children)}")
