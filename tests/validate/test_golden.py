"""Records as N-Triples and the issues they have; CATALOOM_GOLDEN=1 writes the latter anew."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from pipeline.validate import Checker, compare_engines, validate_part

GOLDEN = Path(__file__).parents[1] / "golden" / "validate"
CASES = sorted(folder.name for folder in GOLDEN.iterdir() if folder.is_dir())


@pytest.mark.parametrize("case", CASES)
def test_issues_are_as_recorded(case: str, checker: Checker) -> None:
    ntriples = (GOLDEN / case / "data.nt").read_text(encoding="utf-8")
    found = {
        record: [
            {name: value for name, value in msgspec.to_builtins(issue).items() if value}
            for issue in issues
        ]
        for record, issues in validate_part(ntriples, checker).items()
    }
    file = GOLDEN / case / "expected.json"
    if os.environ.get("CATALOOM_GOLDEN") == "1":
        file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == json.loads(file.read_text(encoding="utf-8"))


def test_the_reference_agrees_on_every_case_but_the_known_one(checker: Checker) -> None:
    # Cases use the same identifiers, so that each needs a source of its own.
    texts = [
        (GOLDEN / case / "data.nt").read_text(encoding="utf-8").replace("/listing-", f"/{case}-")
        for case in CASES
    ]
    disagreements = compare_engines("".join(texts), checker)
    assert [one.focus for one in disagreements if not one.explanation] == []
    assert {one.focus.split("/")[-1] for one in disagreements} == {"before-our-era-aaaaaaaaaa>"}
