"""Contenders of bench_map.py that run in the peers' environment: maplib and morph-kgc.

`python map_peers.py NAME TABLE OUTPUT` does one job on a flat table (CSV) that was made beforehand
and prints what it took as JSON, like map_contenders.py. maplib writes every text as `xsd:string`,
since its templates take no language from a column: it does a little less than the others.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

PREFIXES = {
    "cataloom": "https://w3id.org/cataloom/ns#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "http://schema.org/",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
EDTF = "<http://id.loc.gov/datatypes/edtf>"
# Subject column, predicate, object column (or a constant in <>), kind: iri, text, or a datatype.
MAPPING = (
    ("resource", "rdf:type", "schema:CreativeWork", "constant"),
    ("resource", "rdf:type", "dcterms:BibliographicResource", "constant"),
    ("resource", "rdf:type", "class", "iri"),
    ("resource", "dcterms:title", "title", "text"),
    ("resource", "dcterms:description", "description", "text"),
    ("resource", "dcterms:type", "type", "iri"),
    ("resource", "dcterms:language", "language", "iri"),
    ("resource", "dcterms:issued", "issued_gYear", "xsd:gYear"),
    ("resource", "dcterms:issued", "issued_gYearMonth", "xsd:gYearMonth"),
    ("resource", "dcterms:issued", "issued_date", "xsd:date"),
    ("resource", "dcterms:issued", "issued_edtf", EDTF),
    ("resource", "dcterms:date", "year", "xsd:gYear"),
    ("resource", "dcterms:creator", "creator", "iri"),
    ("creator", "rdf:type", "foaf:Agent", "constant"),
    ("creator", "foaf:name", "creator_name", "plain"),
    ("resource", "dcterms:subject", "subject_1", "iri"),
    ("resource", "dcterms:subject", "subject_2", "iri"),
    ("resource", "cataloom:suggestion", "suggestion", "iri"),
    ("suggestion", "rdf:type", "cataloom:SubjectSuggestion", "constant"),
    ("suggestion", "cataloom:suggestedSubject", "suggested", "iri"),
    ("suggestion", "cataloom:matchedLabel", "matched", "text"),
    ("resource", "foaf:page", "page", "iri"),
    ("record", "rdf:type", "foaf:Document", "constant"),
    ("record", "foaf:primaryTopic", "resource", "iri"),
    ("record", "dcterms:modified", "modified", "xsd:dateTime"),
    ("record", "dcterms:source", "source", "iri"),
    ("record", "dcterms:license", "licence", "iri"),
    ("record", "void:inDataset", "dataset", "iri"),
)


def spent() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(use.ru_utime + use.ru_stime for use in map(resource.getrusage, kinds))


def maplib_ntriples(table: Path, output: Path) -> Callable[[], None]:
    """Table -> maplib template -> its own serialiser."""
    from maplib import Model

    polars = import_module("polars")  # not in our own environment, where types are checked
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    columns: dict[str, str] = {}
    lines = []
    for subject, predicate, column, kind in MAPPING:
        columns.setdefault(subject, "ottr:IRI")
        if kind == "constant":
            lines.append(f"ottr:Triple(?{subject}, {predicate}, {column})")
            continue
        datatypes = {"iri": "ottr:IRI", "text": "xsd:string", "plain": "xsd:string"}
        columns.setdefault(column, datatypes.get(kind, kind))
        lines.append(f"ottr:Triple(?{subject}, {predicate}, ?{column})")
    parameters = ", ".join(f"? {kind} ?{name}" for name, kind in columns.items())
    template = (
        f"{prefixes}@prefix ottr: <http://ns.ottr.xyz/0.4/> .\n@prefix ex: <urn:ex:> .\n"
        f"ex:Row [ {parameters} ] :: {{ {', '.join(lines)} }} ."
    )

    def job() -> None:
        frame = polars.read_csv(table, infer_schema=False)
        # maplib wants native values for dates; it has none for a year or a month.
        frame = frame.with_columns(
            polars.col("issued_date").str.to_date(),
            polars.col("modified").str.to_datetime(time_zone="UTC"),
        )
        model = Model()
        model.add_template(template)
        model.map("urn:ex:Row", frame.select(list(columns)))
        model.write(str(output), format="ntriples")

    return job


def morph_ntriples(table: Path, output: Path) -> Callable[[], None]:
    """Table -> RML -> N-Triples, by morph-kgc's command line and its own number of processes."""
    import subprocess

    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    prefixes += (
        "@prefix rr: <http://www.w3.org/ns/r2rml#> .\n"
        "@prefix rml: <http://semweb.mmlab.be/ns/rml#> .\n"
        "@prefix ql: <http://semweb.mmlab.be/ns/ql#> .\n"
    )
    maps = []
    for number, (subject, predicate, column, kind) in enumerate(MAPPING):
        if kind == "constant":
            value = f"rr:constant {column}"
        elif kind == "iri":
            value = f'rml:reference "{column}" ; rr:termType rr:IRI'
        elif kind == "text":
            value = (
                f'rml:reference "{column}" ; rml:languageMap [ rml:reference "{column}_language" ]'
            )
        elif kind == "plain":
            value = f'rml:reference "{column}"'
        else:
            value = f'rml:reference "{column}" ; rr:datatype {kind}'
        maps.append(
            f'<#M{number}> rml:logicalSource [ rml:source "{table}" ; '
            "rml:referenceFormulation ql:CSV ] ;\n"
            f'  rr:subjectMap [ rml:reference "{subject}" ; rr:termType rr:IRI ] ;\n'
            f"  rr:predicateObjectMap [ rr:predicate {predicate} ; rr:objectMap [ {value} ] ] .\n"
        )
    rules = output.with_suffix(".rml.ttl")
    rules.write_text(prefixes + "".join(maps), "utf-8")
    settings = output.with_suffix(".ini")
    settings.write_text(
        f"[CONFIGURATION]\noutput_file={output}\noutput_format=N-TRIPLES\nlogging_level=ERROR\n"
        f"[TABLE]\nmappings={rules}\n",
        "utf-8",
    )

    def job() -> None:
        subprocess.run(
            [sys.executable, "-m", "morph_kgc", str(settings)], check=True, capture_output=True
        )

    return job


CONTENDERS = {"maplib nt": maplib_ntriples, "morph-kgc nt": morph_ntriples}


if __name__ == "__main__":
    work = CONTENDERS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    gc.collect()
    start = spent()
    work()
    sys.stdout.write(json.dumps({"cpu": spent() - start}))
