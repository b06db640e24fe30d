"""Cataloom in a notebook: open a catalogue folder, iterate its records, query it.

    import cataloom

    catalogue = cataloom.open_catalogue("path/to/catalogue")
    for record in catalogue.records():
        ...
    rows = catalogue.query("SELECT ?title { ?r dcterms:title ?title }")
    graph = catalogue.graph()

What is read is the release that is current when the catalogue is opened; later runs do not change
it. docs/querying.md shows more.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import rdflib
    from typing_extensions import Buffer

    from pipeline.model import Record
    from pipeline.settings import QuerySettings

__all__ = ["Catalogue", "Row", "Value", "open_catalogue"]

LARGEST_ANSWER: Final = 256 << 20  # bytes of an answer that is held in memory
WHOLE_GRAPH: Final = "CONSTRUCT WHERE { ?s ?p ?o }"

Kind = Literal["iri", "literal", "blank", "triple", "unbound"]


class Value(str):
    """One value of an answer: a text that knows what it is.

    `kind` says whether it is an `iri`, a `literal`, a `blank` node, a quoted `triple` or `unbound`
    (an OPTIONAL that matched nothing: the empty text); `language` is the tag of a literal,
    `datatype` its datatype IRI; both are empty where there is none.

    >>> title = Value("Cobrança com dignidade", language="pt")
    >>> title.upper(), title.language, title.kind
    ('COBRANÇA COM DIGNIDADE', 'pt', 'literal')
    >>> bool(Value("", kind="unbound"))
    False
    """

    __slots__ = ("datatype", "kind", "language")

    kind: Kind
    language: str
    datatype: str

    def __new__(
        cls, text: str, *, kind: Kind = "literal", language: str = "", datatype: str = ""
    ) -> Value:
        """Make a value of `text`."""
        value = super().__new__(cls, text)
        value.kind = kind
        value.language = language
        value.datatype = datatype
        return value

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str]]:
        """Let a value be copied and pickled."""
        return (str(self),), {
            "kind": self.kind,
            "language": self.language,
            "datatype": self.datatype,
        }


Row = dict[str, Value]


_KINDS: Final[dict[str, Kind]] = {
    "uri": "iri",
    "literal": "literal",
    "bnode": "blank",
    "triple": "triple",
}


class Catalogue:
    """A published catalogue, read only. `release` is the folder of the release that is read."""

    def __init__(self, release: Path, base: str, limits: QuerySettings) -> None:
        """Keep what is given; `open_catalogue` finds it."""
        self.release = release
        self.base = base
        self._limits = limits

    def __repr__(self) -> str:
        return f"<Catalogue {self.base} release {self.release.name}>"

    def __len__(self) -> int:
        """Return the number of records."""
        return sum(1 for _ in self.records())

    def records(self) -> Iterator[Record]:
        """Yield every record of the release; raises `ReleaseError` where it is damaged."""
        from pipeline.record_parts import read_records

        return read_records(self.release)

    def query(self, sparql: str, *, timeout: float | None = None) -> list[Row]:
        """Return the rows of a SELECT query: variable -> `Value`; an ASK gives one row, `answer`.

        Prefixes and limits are those of `cataloom query` (docs/querying.md); `timeout` is in
        seconds. Raises `QueryError`, `QueryTimeout`, `ReleaseError`.
        """
        import json

        # SPARQL 1.1 Query Results JSON Format
        answer = json.loads(self._ask(sparql, "json", timeout))
        if "boolean" in answer:
            datatype = "http://www.w3.org/2001/XMLSchema#boolean"
            return [{"answer": Value(str(answer["boolean"]).lower(), datatype=datatype)}]
        names = answer["head"]["vars"]
        return [
            {name: _value(row.get(name)) for name in names} for row in answer["results"]["bindings"]
        ]

    def graph(self, sparql: str = WHOLE_GRAPH, *, timeout: float | None = None) -> rdflib.Graph:
        """Return the whole graph, or what a CONSTRUCT or DESCRIBE query makes of it.

        The prefixes of `query` are bound in it. Raises as `query` does.
        """
        import rdflib

        from pipeline.query.prefixes import predeclared

        graph = rdflib.Graph()
        for prefix, namespace in predeclared(self.base).items():
            graph.bind(prefix, namespace)
        graph.parse(data=self._ask(sparql, "nt", timeout), format="nt")
        return graph

    def _ask(self, sparql: str, form: str, timeout: float | None) -> bytes:
        import msgspec

        from pipeline.query import query

        limits = self._limits
        if timeout is not None:
            limits = msgspec.structs.replace(limits, timeout=timeout)
        answer = _BoundedAnswer()
        query(self.release / "graph", sparql, answer, limits=limits, format=form, base=self.base)
        return answer.getvalue()


def open_catalogue(folder: str | Path = ".") -> Catalogue:
    """Open the catalogue in `folder` (or the nearest folder above it) at its current release.

    Raises `SettingsError` where there is no catalogue folder or its settings are wrong,
    `ReleaseError` where nothing has been published yet.
    """
    from pathlib import Path

    from pipeline.catalogue_folder import find_folder, load_settings
    from pipeline.release import current

    settings = load_settings(find_folder(Path(folder)))
    return Catalogue(current(settings.output), settings.catalogue.base, settings.catalogue.query)


def _value(term: dict[str, object] | None) -> Value:
    if term is None:
        return Value("", kind="unbound")
    return Value(
        str(term["value"]),
        kind=_KINDS[str(term["type"])],
        language=str(term.get("xml:lang", "")),
        datatype=str(term.get("datatype", "")),
    )


class _BoundedAnswer(io.BytesIO):
    """Memory for an answer, but not for one that would fill the machine."""

    def write(self, data: Buffer, /) -> int:
        if self.tell() + len(memoryview(data)) > LARGEST_ANSWER:
            from pipeline.errors import QueryError

            raise QueryError(
                f"the answer has more than {LARGEST_ANSWER >> 20} MB",
                next_step="ask for less, or write it to a file with cataloom query",
            )
        return super().write(data)
