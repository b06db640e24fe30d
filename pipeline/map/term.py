"""What the context says of one term, and reading it from the term's definition."""

from __future__ import annotations

import difflib
import json
from typing import Final

import msgspec

from pipeline.errors import SettingsError
from pipeline.map.lexical import QNAME_TAIL, iri_fault, language_tag

PREFIX_END: Final = tuple(":/?#[]@")
"""A term whose IRI ends so may be a prefix: JSON-LD 1.1, section 4.1.5."""

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XSD_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"
UNTYPED_LANGUAGE: Final = frozenset({RDF + "langString", RDF + "dirLangString"})
SUPPORTED: Final = (
    "a prefix, an IRI, null, or an object with @id (or @reverse), @type (a datatype's IRI, @id or"
    " @vocab), @language, @container (@language, @set or both)"
)
DEFINITION_KEYS: Final = ("@id", "@reverse", "@type", "@language", "@container")
PLAIN_SCHEMES: Final = frozenset({"urn", "tag", "info"})
"""Schemes of IRIs without `//` that name properties; any other is taken for a mistyped prefix."""
SHOWN: Final = 60
"""How many characters of a value from the file a message shows."""


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """What the context says of one term; `iri` is in full.

    `coercion` is empty, `@id`, `@vocab` or a datatype's IRI. `language` is the tag that every value
    gets. `by_language` and `as_set` are the containers `@language` and `@set`.
    """

    name: str
    iri: str
    reverse: bool = False
    coercion: str = ""
    language: str = ""
    by_language: bool = False
    as_set: bool = False

    @property
    def datatype(self) -> str:
        """Return the IRI of the datatype that a literal shows; none is shown for `xsd:string`."""
        shown = self.coercion and not self.is_reference and self.coercion != XSD_STRING
        return self.coercion if shown else ""

    @property
    def is_reference(self) -> bool:
        """Return whether the term's values are IRIs."""
        return self.coercion in {"@id", "@vocab"}


class DefinitionReader:
    """Reads definitions; knows the file for messages and the prefixes for expansion."""

    def __init__(self, where: str, definitions: dict[str, object]) -> None:
        self._where = where
        self._definitions = definitions

    def refuse(self, name: str, what: str, expected: str = SUPPORTED) -> SettingsError:
        """Return the error for term `name`, to be raised."""
        return SettingsError(f"term '{name}': {what}", where=self._where, expected=expected)

    def term(self, name: str, definition: object) -> Term | None:
        """Return the term that an expanded definition makes; None where it is not published."""
        if not isinstance(definition, dict):
            raise self.refuse(name, f"a definition cannot be {show(definition)}")
        for key in definition:
            if key not in DEFINITION_KEYS:
                near = difflib.get_close_matches(key, DEFINITION_KEYS, 1, 0.6)
                hint = f" (did you mean {near[0]}?)" if near else ""
                raise self.refuse(name, f"'{show(key)}' is not supported{hint}")
        if "@id" in definition and "@reverse" in definition:
            raise self.refuse(name, "both @id and @reverse", "one of the two")
        if definition.get("@id", "") is None:
            return None
        reverse = "@reverse" in definition
        target = definition.get("@reverse" if reverse else "@id")
        if not isinstance(target, str):
            raise self.refuse(name, "no IRI", "@id (or @reverse) with an IRI or prefix:name")
        by_language, as_set = self._container(name, definition.get("@container"))
        coercion, language = self._coercion(name, definition), self._language(name, definition)
        if sum((bool(definition.get("@type")), bool(language), by_language)) > 1:
            raise self.refuse(
                name,
                "more than one of @type, @language and a language container",
                "one of them: a literal has either a datatype or a language",
            )
        if reverse and (by_language or language or coercion not in {"", "@id", "@vocab"}):
            raise self.refuse(name, "@reverse with literals", "@reverse where the values are IRIs")
        return Term(
            name=name,
            iri=self.expand(name, target),
            reverse=reverse,
            coercion=coercion,
            language=language,
            by_language=by_language,
            as_set=as_set,
        )

    def _container(self, name: str, container: object) -> tuple[bool, bool]:
        kinds = container if isinstance(container, list) else [container]
        if container is None:
            return False, False
        if not kinds or any(kind not in ("@language", "@set") for kind in kinds):
            raise self.refuse(
                name, f"container {show(container)} is not supported", "@language, @set or both"
            )
        return "@language" in kinds, "@set" in kinds

    def _coercion(self, name: str, definition: dict[str, object]) -> str:
        kind = definition.get("@type")
        if kind is None:
            return ""
        if not isinstance(kind, str) or (kind.startswith("@") and kind not in ("@id", "@vocab")):
            raise self.refuse(
                name, f"@type {show(kind)} is not supported", "a datatype's IRI, @id or @vocab"
            )
        if kind.startswith("@"):
            return kind
        iri = self.expand(name, kind)
        if iri in UNTYPED_LANGUAGE:
            raise self.refuse(name, f"@type {show(kind)} needs a language", "@container @language")
        return iri

    def _language(self, name: str, definition: dict[str, object]) -> str:
        tag = definition.get("@language")
        if tag is None:
            return ""
        if not isinstance(tag, str) or not language_tag(tag):
            raise self.refuse(
                name, f"@language {show(tag)} is no language tag", "a tag such as es or pt-BR"
            )
        return tag

    def expand(self, name: str, value: str, seen: tuple[str, ...] = ()) -> str:
        """Return `value` (an IRI or `prefix:rest`) of term `name` in full."""
        prefix, colon, rest = value.partition(":")
        if colon and prefix in self._definitions and not rest.startswith("//"):
            namespace = self._definitions[prefix]
            if prefix in seen:
                raise self.refuse(name, f"prefix '{prefix}' is defined by itself", "an IRI in full")
            if not isinstance(namespace, str):
                raise self.refuse(name, f"'{prefix}' is no prefix", "the IRI of a namespace")
            namespace = self.expand(prefix, namespace, (*seen, prefix))
            if not namespace.endswith(PREFIX_END):
                raise self.refuse(
                    name,
                    f"'{prefix}' is no prefix: <{namespace}> does not end in one of : / ? # [ ] @",
                    "a namespace such as http://purl.org/dc/terms/",
                )
            value = namespace + rest
        fault = iri_fault(value)
        if not fault and not rest.startswith("//") and value.partition(":")[0] == prefix:
            fault = "" if prefix in PLAIN_SCHEMES else f"'{prefix}' is no prefix of this context"
        if fault:
            near = difflib.get_close_matches(prefix, sorted(self._definitions), 1, 0.6)
            hint = f" (did you mean '{near[0]}:'?)" if colon and near else ""
            raise self.refuse(
                name,
                f"'{show(value)}': {fault}{hint}",
                "an IRI in full, or prefix:name with a prefix of this context",
            )
        return value

    def check_element_name(self, name: str, iri: str) -> None:
        """Refuse an IRI that RDF/XML cannot write as a property or class element."""
        if QNAME_TAIL.search(iri) is None:
            raise self.refuse(
                name,
                f"<{iri}> cannot be written in RDF/XML, where it becomes the name of an element",
                "an IRI that ends in a name beginning with a letter or '_'",
            )


def show(value: object) -> str:
    """Return a value from the file for a message: short, on one line, printable."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=True)
    text = "".join(character if character.isprintable() else "�" for character in text)
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
