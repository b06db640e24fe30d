"""pyshacl as the reference: what it finds, what is compared, and that it leaves nothing behind."""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import CataloomError
from pipeline.settings import ValidateSettings
from pipeline.validate import Checker, choose_for_reference, compare_engines, find_results
from pipeline.validate import reference as reference_module
from pipeline.validate.reference import OUTSIDE_PYTHON, reference_results
from pipeline.vocabulary import DCTERMS, XSD

BASE = "https://w3id.org/sepm-resources/"
SUBJECT = f"<{BASE}resource/listing-aaaaaaaaaa>"


def dated(good: str, value: str, datatype: str) -> str:
    """Return the good record with another date of issue."""
    lines = [line for line in good.splitlines() if f"<{DCTERMS}issued>" not in line]
    lines.append(f'{SUBJECT} <{DCTERMS}issued> "{value}"^^<{XSD}{datatype}> .')
    return "\n".join(lines) + "\n"


def test_a_good_record_conforms_in_both(good: str, checker: Checker) -> None:
    assert reference_results(good, checker) == frozenset()
    assert compare_engines(good, checker) == ()


def test_both_find_the_same(good: str, checker: Checker) -> None:
    broken = good.replace("subject/client-protection", "subject/none")
    (verdict,) = reference_results(broken, checker)
    (result,) = find_results(broken, checker)
    assert (verdict.focus, verdict.shape, verdict.severity) == (
        result.focus,
        result.shape,
        result.severity,
    )


@pytest.mark.parametrize(
    ("value", "datatype"),
    [("-0044-03-15", "date"), ("0000-01-01", "date"), ("12008-01-01", "date")],
)
def test_known_disagreements_are_explained(
    value: str, datatype: str, good: str, checker: Checker
) -> None:
    (disagreement,) = compare_engines(dated(good, value, datatype), checker)
    assert (disagreement.engine, disagreement.reference) == (False, True)
    assert disagreement.path == f"<{DCTERMS}issued>"
    assert disagreement.explanation == OUTSIDE_PYTHON


@pytest.mark.parametrize(
    ("value", "datatype"),
    [("-0044", "gYear"), ("208", "gYear"), ("02008", "gYear"), ("2008Z", "gYear"), ("x", "gYear"),
     ("2008-13", "gYearMonth"), ("2008-02-30", "date"), ("12008", "gYear")],
)  # fmt: skip
def test_patterns_make_the_engines_agree_on_ill_formed_years(
    value: str, datatype: str, good: str, checker: Checker
) -> None:
    assert compare_engines(dated(good, value, datatype), checker) == ()


def test_a_disagreement_without_a_known_reason_has_no_explanation(
    good: str, checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    invented = reference_module.Verdict(SUBJECT, f"{BASE}shape/issued-form", "urn:severity")
    monkeypatch.setattr(reference_module, "reference_results", lambda *_: frozenset({invented}))
    broken = good.replace("subject/client-protection", "subject/none")
    mine, theirs = sorted(compare_engines(broken, checker), key=lambda one: one.reference)
    assert (mine.engine, mine.reference, mine.explanation) == (True, False, "")
    assert mine.path == f"<{DCTERMS}subject>"
    assert (theirs.engine, theirs.reference, theirs.explanation) == (False, True, "")
    assert theirs.path == f"<{DCTERMS}issued>"


def test_only_chosen_records_are_compared(
    good: str, checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def record_text(text: str, _: Checker) -> frozenset[reference_module.Verdict]:
        seen.append(text)
        return frozenset()

    monkeypatch.setattr(reference_module, "reference_results", record_text)
    text = good + good.replace("listing-aaaaaaaaaa", "listing-bbbbbbbbbb") + "unreadable\n"
    assert compare_engines(text, checker, {"listing-bbbbbbbbbb"}) == ()
    assert "listing-bbbbbbbbbb" in seen[0]
    assert "listing-aaaaaaaaaa" not in seen[0]
    assert "unreadable" not in seen[0]


def test_the_choice_is_all_of_few_and_some_of_many() -> None:
    few = [f"a-{number}" for number in range(20)]
    settings = ValidateSettings(reference_limit=20, reference_sample=3)
    assert choose_for_reference(few, [], settings) == frozenset(few)
    many = [f"a-{number}" for number in range(21)]
    rejected = many[:10]
    chosen = choose_for_reference(many, rejected, settings)
    assert chosen == choose_for_reference(many[::-1], rejected[::-1], settings)
    assert 3 <= len(chosen) <= 6
    assert len(chosen & set(rejected)) >= 3
    other = ValidateSettings(reference_limit=20, reference_sample=3, seed=1)
    assert chosen != choose_for_reference(many, rejected, other)
    none = ValidateSettings(reference_limit=0, reference_sample=0)
    assert choose_for_reference(many, rejected, none) == frozenset()


def _switches() -> tuple[object, ...]:
    import rdflib
    from rdflib import term

    return (
        rdflib.NORMALIZE_LITERALS,
        dict(term._toPythonMapping),
        list(warnings.filters),
        [(name, logging.getLogger(name).level) for name in ("rdflib", "rdflib.term", "pyshacl")],
    )


@pytest.fixture
def pyshacl_imported() -> None:
    """Import what changes rdflib once and for all (its plug-ins), before a test looks."""
    importlib.import_module("pyshacl")


@pytest.mark.usefixtures("pyshacl_imported")
def test_nothing_stays_switched(good: str, checker: Checker) -> None:
    before = _switches()
    reference_results(dated(good, "-0044-03-15", "date"), checker)
    assert _switches() == before


@pytest.mark.usefixtures("pyshacl_imported")
@pytest.mark.parametrize("fails", [RuntimeError("odd"), RecursionError()])
def test_its_failure_is_explained_and_switches_back(
    fails: Exception, good: str, checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyshacl

    patch: Callable[[], None] = importlib.import_module("pyshacl.monkey").rdflib_bool_patch

    def fail(*_: object, **__: object) -> None:
        patch()
        raise fails

    before = _switches()
    monkeypatch.setattr(pyshacl, "validate", fail)
    with pytest.raises(CataloomError, match=f"pyshacl failed.*{type(fails).__name__}"):
        reference_results(good, checker)
    assert _switches() == before


def test_a_validation_failure_is_explained(
    good: str, checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pyshacl

    def fail(*_: object, **__: object) -> tuple[bool, str, str]:
        return (False, "", "bad shapes")

    monkeypatch.setattr(pyshacl, "validate", fail)
    with pytest.raises(CataloomError, match="bad shapes"):
        reference_results(good, checker)


def test_the_module_imports_nothing_heavy() -> None:
    import subprocess
    import sys

    code = (
        "import sys, pipeline.validate as v; "
        "print([m for m in ('rdflib', 'pyshacl', 'shacl', 'pyoxigraph') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    assert done.stdout.strip() == "[]"
