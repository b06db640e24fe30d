"""One SHACL engine over a corpus: `python shacl_contenders.py none|shacl|pyshacl CORPUS`.

`none` does all but validate, to be taken off the others.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from pipeline.map import compile_mapping
from pipeline.model import Record
from pipeline.validate import compile_shapes, find_results
from pipeline.validate.reference import reference_results
from pipeline.vocabulary import load_vocabulary
from tests.benchmarks import corpus

ROOT = Path(__file__).parents[2]


def main(engine: str, file: Path) -> None:
    """Validate the corpus with `engine`."""
    vocabulary = load_vocabulary(ROOT, corpus.SCOPE.base)
    mapping = compile_mapping(ROOT / "ontology" / "context.jsonld", corpus.SCOPE)
    checker = compile_shapes(ROOT, corpus.SCOPE.base, vocabulary)
    decoder = msgspec.json.Decoder(Record)
    with file.open("rb") as lines:
        text = b"".join(mapping.ntriples(decoder.decode(line)) for line in lines).decode()
    if engine == "shacl":
        find_results(text, checker, len(text))
    elif engine == "pyshacl":
        reference_results(text, checker)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
