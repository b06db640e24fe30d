"""Reading and checking `ontology/context.jsonld`: the mapping, as a JSON-LD 1.1 context.

What is supported is a subset that gives the same graph in every JSON-LD processor and needs no
blank nodes (docs/mapping.md lists it). Everything else is refused, never ignored.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Final

import msgspec

from pipeline.errors import SettingsError, show_path
from pipeline.map.term import PREFIX_END, DefinitionReader, Term, show

TERM_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
KEYWORD_TERMS: Final = {"id": "@id", "type": "@type"}
VERSION: Final = 1.1
"""The version of JSON-LD whose rules hold."""

LOCAL_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""Local names that Turtle, JSON-LD and XML all take without escapes."""


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """A checked context.

    `terms` holds classes (names that begin with a capital) and fields; `prefixes` the
    namespaces by name and `namespaces` the (first) names by namespace;
    `names` every name the context defines, also those mapped to null. `text` is the context object
    as JSON, `digest` the SHA-256 (hex) of it.
    """

    file: str
    text: str
    digest: str
    terms: dict[str, Term]
    prefixes: dict[str, str]
    namespaces: dict[str, str]
    names: frozenset[str]

    @property
    def fields(self) -> dict[str, Term]:
        """Return the terms that are fields, by name."""
        return {name: term for name, term in self.terms.items() if not name[0].isupper()}

    def shorten(self, iri: str) -> str:
        """Return `iri` as `prefix:name` where a namespace of the context fits, else in full."""
        cut = max(iri.rfind("/"), iri.rfind("#"), iri.rfind(":")) + 1
        prefix = self.namespaces.get(iri[:cut])
        if prefix is None or LOCAL_NAME.fullmatch(iri, cut) is None:
            return iri
        return f"{prefix}:{iri[cut:]}"


def read_context(file: Path) -> Context:
    """Read and check the context in `file`.

    Raises `SettingsError` when it cannot be read, is not JSON, or uses what is not supported; the
    message names the term.
    """
    where = show_path(file)
    try:
        text = file.read_bytes().decode("utf-8")
    except OSError as error:
        raise SettingsError(
            f"the context cannot be read ({error.strerror})",
            where=where,
            expected="a JSON-LD context",
            next_step="put the file there; `cataloom init` makes one to start from",
        ) from None
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"byte {error.start} is not UTF-8", where=where, next_step="save the file as UTF-8"
        ) from None
    return parse_context(text, where)


def parse_context(text: str, where: str) -> Context:
    """Check the context in `text`, JSON with one key `@context`; `where` names it in messages.

    Raises `SettingsError`, as `read_context` does.
    """
    definitions = _definitions(text, where)
    reader = DefinitionReader(where, definitions)
    terms: dict[str, Term] = {}
    prefixes: dict[str, str] = {}
    for name, definition in definitions.items():
        if name in KEYWORD_TERMS or definition is None:
            continue
        if isinstance(definition, str):
            iri = reader.expand(name, definition)
            if iri.endswith(PREFIX_END):
                prefixes[name] = iri
                continue
            term = Term(name=name, iri=iri)
        else:
            term_or_none = reader.term(name, definition)
            if term_or_none is None:
                continue
            term = term_or_none
        reader.check_element_name(name, term.iri)
        terms[name] = term
    canonical = json.dumps(definitions, ensure_ascii=False, sort_keys=True)
    return Context(
        file=where,
        text=json.dumps({"@version": VERSION} | definitions, ensure_ascii=False, indent=1),
        digest=hashlib.sha256(canonical.encode()).hexdigest(),
        terms=terms,
        prefixes=prefixes,
        namespaces={prefixes[name]: name for name in sorted(prefixes, reverse=True)},
        names=frozenset(definitions),
    )


def _definitions(text: str, where: str) -> dict[str, object]:
    """Return the context's definitions by term, without `@version`."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        """Refuse a key that stands twice: JSON would silently keep the last."""
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise SettingsError(
                f"key '{show(twice)}' stands twice in one object",
                where=where,
                next_step="keep one of the two",
            )
        return found

    try:
        document = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise SettingsError(
            f"not JSON: {error.msg}",
            where=f"{where}:{error.lineno}",
            expected="a JSON object with one key '@context'",
            next_step=f"correct the file near column {error.colno}",
        ) from None
    except RecursionError:
        raise SettingsError(
            "nested too deeply", where=where, expected="a JSON object with one key '@context'"
        ) from None
    if not isinstance(document, dict) or set(document) != {"@context"}:
        raise SettingsError(
            "not a context document", where=where, expected="a JSON object with one key '@context'"
        )
    definitions = document["@context"]
    if not isinstance(definitions, dict):
        raise SettingsError(
            "'@context' is not an object",
            where=where,
            expected="the definitions in this file: other contexts are never fetched or joined",
        )
    if definitions.pop("@version", VERSION) != VERSION:
        raise SettingsError("'@version' is not 1.1", where=where, expected="1.1")
    for name in definitions:
        if TERM_NAME.fullmatch(name) is None:
            raise SettingsError(
                f"term '{show(name)}': not supported",
                where=where,
                expected="a name of letters, digits, '-' and '_' that begins with a letter;"
                " of the keywords only @version",
            )
    for name, keyword in KEYWORD_TERMS.items():
        if definitions.get(name) != keyword:
            raise SettingsError(
                f"term '{name}': must be an alias",
                where=where,
                expected=f'"{name}": "{keyword}", since every document uses it so',
            )
    return definitions
