"""validate: RDF -> issues. Shapes on every record, a reference engine, lints, gates."""

from pipeline.validate.engine import (
    Checker,
    compile_shapes,
    find_results,
    validate_part,
    validate_vocabulary,
)
from pipeline.validate.gates import Facts, gate_publication, gate_results, is_rekeyed, judge
from pipeline.validate.lint_ontology import lint_ontology
from pipeline.validate.lint_shapes import lint_shapes
from pipeline.validate.reference import (
    Disagreement,
    choose_for_reference,
    compare_engines,
)
from pipeline.validate.report import validation_report
from pipeline.validate.results import Result, by_record
from pipeline.validate.turtle import Finding
from pipeline.validate.whole import Emptied, Renamed, Whole, judge_whole

__all__ = [
    "Checker",
    "Disagreement",
    "Emptied",
    "Facts",
    "Finding",
    "Renamed",
    "Result",
    "Whole",
    "by_record",
    "choose_for_reference",
    "compare_engines",
    "compile_shapes",
    "find_results",
    "gate_publication",
    "gate_results",
    "is_rekeyed",
    "judge",
    "judge_whole",
    "lint_ontology",
    "lint_shapes",
    "validate_part",
    "validate_vocabulary",
    "validation_report",
]
