"""The terms of SHACL Core, as its Recommendation of 20 July 2017 lists them, and what is near them.

A term that is not here does nothing: an engine that reads `sh:minCout` counts nothing and is
silent.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONSTRAINTS: Final = _words(
    "and class closed datatype disjoint equals flags hasValue ignoredProperties in languageIn "
    "lessThan lessThanOrEquals maxCount maxExclusive maxInclusive maxLength minCount minExclusive "
    "minInclusive minLength node nodeKind not or pattern property qualifiedMaxCount "
    "qualifiedMinCount qualifiedValueShape qualifiedValueShapesDisjoint uniqueLang xone"
)
"""§4: the parameters of the constraint components."""

TARGETS: Final = _words("targetClass targetNode targetObjectsOf targetSubjectsOf")
"""§2.1.3: what a shape applies to."""

PATHS: Final = _words("alternativePath inversePath oneOrMorePath zeroOrMorePath zeroOrOnePath")
"""§2.3.1: the properties of a path that is no IRI."""

DESCRIPTION: Final = _words(
    "deactivated defaultValue description group message name order path severity"
)
"""§2.1.4 to §2.3.2: what else is said of a shape."""

PROPERTIES: Final = CONSTRAINTS | TARGETS | PATHS | DESCRIPTION

CLASSES: Final = _words("NodeShape PropertyGroup PropertyShape Shape")

NODE_KINDS: Final = _words("BlankNode BlankNodeOrIRI BlankNodeOrLiteral IRI IRIOrLiteral Literal")
"""§4.1.3: the values of `sh:nodeKind`."""

SEVERITIES: Final = _words("Info Violation Warning")
"""§2.1.4: the values of `sh:severity` that have a meaning here."""

INDIVIDUALS: Final = NODE_KINDS | SEVERITIES

REFUSED: Final = _words(
    "ask condition construct declare entailment expression filterShape js jsFunctionName "
    "jsLibrary labelTemplate nodeValidator parameter prefixes propertyValidator rule select "
    "shapesGraph sparql target update validator values"
)
"""Terms of SHACL-SPARQL (§5) and the Advanced Features: they can look anywhere, so none is used."""

COUNTS: Final = _words("maxCount maxLength minCount minLength qualifiedMaxCount qualifiedMinCount")
"""Parameters whose value is an xsd:integer of 0 or more."""

BOOLEANS: Final = _words("closed deactivated qualifiedValueShapesDisjoint uniqueLang")
"""Parameters whose value is an xsd:boolean."""

IRIS: Final = _words(
    "class datatype disjoint equals lessThan lessThanOrEquals nodeKind targetClass targetObjectsOf "
    "targetSubjectsOf severity"
)
"""Parameters whose value is an IRI."""

SHAPES: Final = _words("node not property qualifiedValueShape")
"""Parameters whose value is a shape."""

SHAPE_LISTS: Final = _words("and or xone")
"""Parameters whose value is a list of shapes."""

LISTS: Final = SHAPE_LISTS | _words("in languageIn ignoredProperties")
"""Parameters whose value is a list."""

ONCE: Final = COUNTS | BOOLEANS | _words("datatype nodeKind path pattern severity")
"""Parameters of which a shape has at most one."""

RDF_TERMS: Final = _words("HTML List Property first langString nil rest type value")
"""The terms of the RDF namespace that may stand in a shapes file."""

RDFS_TERMS: Final = _words(
    "Class Datatype Literal Resource comment domain isDefinedBy label range seeAlso subClassOf "
    "subPropertyOf"
)
"""The terms of the RDFS namespace that may stand in a shapes file."""

XSD_TERMS: Final = _words(
    "anyURI base64Binary boolean byte date dateTime dateTimeStamp dayTimeDuration decimal double "
    "duration float gDay gMonth gMonthDay gYear gYearMonth hexBinary int integer language long "
    "negativeInteger nonNegativeInteger nonPositiveInteger normalizedString positiveInteger short "
    "string time token unsignedByte unsignedInt unsignedLong "
    "unsignedShort yearMonthDuration"
)
"""The datatypes of XML Schema that RDF 1.1 recommends (RDF Concepts §5.1)."""
