"""Golden cases: `tests/golden/extract/<case>/` holds input, `source.toml` and `expected.json`.

`make golden` (CATALOOM_GOLDEN=1) writes what is read now; the difference is read by a person.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import msgspec
import pytest

from pipeline.extract import pages
from pipeline.extract.access import Access
from pipeline.model import Page
from pipeline.settings import Source

CASES = sorted((Path(__file__).parents[1] / "golden" / "extract").iterdir())


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_golden(case: Path, payloads: Path) -> None:
    source = msgspec.convert(tomllib.loads((case / "source.toml").read_text("utf-8")), Source)
    found = list(pages(source, Access(case, payloads)))
    expected = case / "expected.json"
    if os.environ.get("CATALOOM_GOLDEN"):
        expected.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")
    assert found == msgspec.json.decode(expected.read_bytes(), type=list[Page])
