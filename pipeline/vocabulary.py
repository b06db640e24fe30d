"""Namespaces, concept schemes and their labels, IRI minting: what several stages share."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from pipeline.errors import SettingsError, show_path

if TYPE_CHECKING:
    import pyoxigraph

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DC: Final = "http://purl.org/dc/elements/1.1/"
DCTERMS: Final = "http://purl.org/dc/terms/"
DCMITYPE: Final = "http://purl.org/dc/dcmitype/"
SCHEMA: Final = "http://schema.org/"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
VOID: Final = "http://rdfs.org/ns/void#"
DCAT: Final = "http://www.w3.org/ns/dcat#"
PROV: Final = "http://www.w3.org/ns/prov#"
SH: Final = "http://www.w3.org/ns/shacl#"
SPDX: Final = "http://spdx.org/rdf/terms#"
EDTF: Final = "http://id.loc.gov/datatypes/edtf"
CATALOOM: Final = "https://w3id.org/cataloom/ns#"
COAR_TYPE: Final = "http://purl.org/coar/resource_type/"
EU_LANGUAGE: Final = "http://publications.europa.eu/resource/authority/language/"
LEXVO_LANGUAGE: Final = "http://lexvo.org/id/iso639-3/"

# What our Turtle, JSON-LD and queries abbreviate.
PREFIXES: Final = {
    "cataloom": CATALOOM,
    "dc": DC,
    "dcat": DCAT,
    "dcmitype": DCMITYPE,
    "dcterms": DCTERMS,
    "foaf": FOAF,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sh": SH,
    "skos": SKOS,
    "spdx": SPDX,
    "void": VOID,
    "xsd": XSD,
}

ONTOLOGY_FOLDER: Final = "ontology"
TYPE_SCHEME: Final = "scheme/resource-types"
SUBJECT_SCHEME: Final = "scheme/subjects"

# The properties that name a thing, the best first.
_NAMING: Final = (SKOS + "prefLabel", RDFS + "label", DCTERMS + "title", FOAF + "name")
_CONCEPT: Final = SKOS + "Concept"
_ISO639_3_LENGTH: Final = 3


class Concept(msgspec.Struct, frozen=True):
    """One concept of a scheme.

    `preferred` and `alternatives` (altLabel, then hiddenLabel) are keyed by BCP 47 tag (empty where
    a label has none); `broader` holds the IRIs of the concepts right above it, `classes` the IRIs
    of the classes that a resource of this type belongs to (`cataloom:impliesClass`). `scheme` is
    empty where the ontology states none.
    """

    iri: str
    scheme: str
    preferred: dict[str, str]
    alternatives: dict[str, tuple[str, ...]]
    broader: tuple[str, ...]
    classes: tuple[str, ...]


class Vocabulary(msgspec.Struct, frozen=True):
    """Everything that `ontology/*.ttl` states.

    `concepts` are keyed by IRI, in the order of their IRIs; `schemes` maps the IRI of a scheme to
    its titles by language; `labels` the IRI of anything that has a name (concepts,
    schemes, classes, languages, licences) to its names by language. `language_iris` maps BCP 47
    primary tags to IRIs. `ntriples` is the whole as sorted N-Triples without blank nodes, `digest`
    the SHA-256 (hex) of it.
    """

    concepts: dict[str, Concept]
    schemes: dict[str, dict[str, str]]
    ntriples: str
    language_iris: dict[str, str]
    digest: str
    labels: dict[str, dict[str, str]] = {}


def load_vocabulary(folder: Path, base: str) -> Vocabulary:
    """Read `ontology/*.ttl` of the catalogue folder `folder`; relative IRIs are below `base`.

    Raises `SettingsError` where a file is missing, unreadable, no Turtle (with its line), or holds
    a blank node, which no release could name again.
    """
    ontology = folder / ONTOLOGY_FOLDER
    files = sorted(ontology.glob("*.ttl"))
    if not files:
        raise SettingsError(
            "there is no vocabulary",
            where=show_path(ontology),
            expected="Turtle files (*.ttl) with the concept schemes",
            next_step="copy the ontology folder of a fresh catalogue (cataloom init) there",
        )
    triples: set[pyoxigraph.Triple] = set()
    for file in files:
        triples.update(_parse(file, base))
    ntriples = "".join(sorted(f"{triple} .\n" for triple in triples))
    return _assemble(_by_subject(triples), ntriples)


def label(vocabulary: Vocabulary, iri: str, language: str = "en") -> str:
    """Return the name of `iri` in `language`, else in English, else in any; else the IRI itself."""
    names = vocabulary.labels.get(iri)
    if not names:
        return iri
    for tag in (language, language.partition("-")[0], "en"):
        if tag in names:
            return names[tag]
    return names[min(names)]


def language_iri(vocabulary: Vocabulary, tag: str) -> str:
    """Return the IRI of the language of a BCP 47 tag, or an empty string where none is known.

    A language that the ontology does not list but that has an ISO 639-3 code gets lexvo's IRI.
    """
    primary = tag.partition("-")[0].lower()
    known = vocabulary.language_iris.get(primary)
    if known:
        return known
    if len(primary) == _ISO639_3_LENGTH and primary.isascii() and primary.isalpha():
        return LEXVO_LANGUAGE + primary
    return ""


def mint(source: str, key: str, length: int = 10) -> str:
    """Return the identifier of the resource that `source` knows by `key`.

    It is the source's name, a hyphen and `length` characters (10 to 52) of `a-z2-7`: the SHA-256 of
    the key in base 32. The caller lengthens it where two keys of a source meet.

    >>> mint("sepm", "a title")
    'sepm-vjhjyeeh3h'
    """
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return f"{source}-{base64.b32encode(digest).decode('ascii').rstrip('=').lower()[:length]}"


def fold(text: str) -> str:
    """Return the form in which two labels are compared: without case, accents and punctuation.

    Words are parted by single spaces. Marks that are letters' own in their script (Devanagari
    vowels, Japanese voicing) stay. Folding twice is folding once.

    >>> fold(" Étude de cas — “Outils & Modèles” ")
    'etude de cas outils modeles'
    """
    decomposed = unicodedata.normalize("NFKD", text)
    return " ".join(unicodedata.normalize("NFC", decomposed.translate(_FOLDING)).split())


class _Folding(dict[int, str]):
    """The folded form of single characters, worked out when `str.translate` first asks for it."""

    def __missing__(self, point: int) -> str:
        folded = self[point] = "".join(_fold_character(chr(point)))
        return folded


# Letters that carry no mark by decomposition but are written without it elsewhere.
_PLAIN_LETTERS: Final = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i"} | {
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
}
# Blocks of combining marks that belong to no single script: diacritics.
_DIACRITICS: Final = (
    (0x0300, 0x036F),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)
_SEPARATING: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cs", "Sk"})


def _fold_character(character: str) -> Iterable[str]:
    for part in unicodedata.normalize("NFKD", character.casefold()):
        category = unicodedata.category(part)
        if any(first <= ord(part) <= last for first, last in _DIACRITICS) or category == "Cf":
            continue
        if category in _SEPARATING or category.startswith("P") or part in "|~":
            yield " "
        else:
            yield _PLAIN_LETTERS.get(part, part)


_FOLDING: Final = _Folding()


def _parse(file: Path, base: str) -> list[pyoxigraph.Triple]:
    import pyoxigraph

    try:
        quads = list(
            pyoxigraph.parse(
                input=file.read_bytes(), format=pyoxigraph.RdfFormat.TURTLE, base_iri=base
            )
        )
    except OSError as error:
        raise SettingsError(
            f"cannot be read ({error.strerror})",
            where=show_path(file),
            next_step="check that the file exists and may be read",
        ) from error
    except SyntaxError as error:
        raise SettingsError(
            f"is no valid Turtle: {error.msg}",
            where=f"{show_path(file)}:{error.lineno or 1}",
            next_step="correct the line, then run cataloom check",
        ) from error
    except ValueError as error:
        raise SettingsError(
            f"cannot be read with the base <{base}>: {error}",
            where=show_path(file),
            expected="a base that is an absolute http(s) IRI",
            next_step="correct base in catalogue.toml",
        ) from error
    triples = [quad.triple for quad in quads]
    for triple in triples:
        if not isinstance(triple.subject, pyoxigraph.NamedNode) or not isinstance(
            triple.object, pyoxigraph.NamedNode | pyoxigraph.Literal
        ):
            raise SettingsError(
                f"a blank node, in the statement with {triple.predicate} {triple.object}",
                where=show_path(file),
                expected="an IRI for everything the vocabulary speaks of",
                next_step="give that thing an IRI instead of [ ] or _:",
            )
    return triples


# Subject -> predicate -> values: language tag (empty: none) and text of a literal, None and an IRI.
_Statements = dict[str, dict[str, list[tuple[str | None, str]]]]


def _by_subject(triples: Iterable[pyoxigraph.Triple]) -> _Statements:
    import pyoxigraph

    statements: _Statements = {}
    for subject, predicate, value in triples:
        if isinstance(subject, pyoxigraph.NamedNode) and not isinstance(
            value, pyoxigraph.BlankNode | pyoxigraph.Triple
        ):
            tag = (value.language or "") if isinstance(value, pyoxigraph.Literal) else None
            predicates = statements.setdefault(subject.value, {})
            predicates.setdefault(predicate.value, []).append((tag, value.value))
    return statements


def _iris(statements: _Statements, subject: str, predicate: str) -> tuple[str, ...]:
    values = statements.get(subject, {}).get(predicate, [])
    return tuple(sorted(text for tag, text in values if tag is None))


def _literals(statements: _Statements, subject: str, predicate: str) -> list[tuple[str, str]]:
    values = statements.get(subject, {}).get(predicate, [])
    return sorted((tag, text) for tag, text in values if tag is not None)


def _instances(statements: _Statements, class_iri: str) -> list[str]:
    wanted = (None, class_iri)
    return sorted(
        subject
        for subject, predicates in statements.items()
        if wanted in predicates.get(RDF + "type", ())
    )


def _assemble(statements: _Statements, ntriples: str) -> Vocabulary:
    names = {iri: _names(statements, iri) for iri in sorted(statements)}
    return Vocabulary(
        concepts={iri: _concept(statements, iri) for iri in _instances(statements, _CONCEPT)},
        schemes={iri: names[iri] for iri in _instances(statements, SKOS + "ConceptScheme")},
        ntriples=ntriples,
        language_iris=_language_iris(statements),
        digest=hashlib.sha256(ntriples.encode()).hexdigest(),
        labels={iri: texts for iri, texts in names.items() if texts},
    )


def _concept(statements: _Statements, iri: str) -> Concept:
    alternatives: dict[str, tuple[str, ...]] = {}
    for predicate in (SKOS + "altLabel", SKOS + "hiddenLabel"):
        for language, text in _literals(statements, iri, predicate):
            alternatives[language] = (*alternatives.get(language, ()), text)
    schemes = _iris(statements, iri, SKOS + "inScheme")
    return Concept(
        iri=iri,
        scheme=(schemes or _iris(statements, iri, SKOS + "topConceptOf") or ("",))[0],
        preferred=_first_by_language(_literals(statements, iri, SKOS + "prefLabel")),
        alternatives=alternatives,
        broader=_iris(statements, iri, SKOS + "broader"),
        classes=_iris(statements, iri, CATALOOM + "impliesClass"),
    )


def _names(statements: _Statements, iri: str) -> dict[str, str]:
    for predicate in _NAMING:
        literals = _literals(statements, iri, predicate)
        if literals:
            return _first_by_language(literals)
    return {}


def _first_by_language(literals: Iterable[tuple[str, str]]) -> dict[str, str]:
    names: dict[str, str] = {}
    for language, text in literals:
        names.setdefault(language, text)
    return names


def _language_iris(statements: _Statements) -> dict[str, str]:
    """Return notation -> IRI of the languages, the EU authority's IRI before lexvo's."""
    found: dict[str, str] = {}
    for prefix in (LEXVO_LANGUAGE, EU_LANGUAGE):
        for iri in sorted(statements):
            if iri.startswith(prefix):
                for _, notation in _literals(statements, iri, SKOS + "notation"):
                    found[notation.lower()] = iri
    return dict(sorted(found.items()))
