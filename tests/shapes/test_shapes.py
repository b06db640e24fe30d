"""Every shape of the project: an example that conforms to it and one that does not."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from pipeline.validate import Checker, compare_engines, find_results, lint_shapes
from pipeline.vocabulary import CATALOOM, PREFIXES, SH

ROOT = Path(__file__).parents[2]
BASE = "https://w3id.org/sepm-resources/"
PREFIX_LINES = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())


def _load_examples() -> ModuleType:
    specification = importlib.util.spec_from_file_location(
        "shape_examples", Path(__file__).parent / "examples.py"
    )
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["shape_examples"] = module
    specification.loader.exec_module(module)
    return module


EXAMPLES = _load_examples()


def ntriples(turtle: str) -> str:
    import pyoxigraph

    quads = pyoxigraph.parse(
        PREFIX_LINES + turtle, format=pyoxigraph.RdfFormat.TURTLE, base_iri=BASE
    )
    return "".join(f"{quad.triple} .\n" for quad in quads)


def failing(good: str, name: str) -> str:
    example = EXAMPLES.FAILING[name]
    text = good
    if example.without:
        prefix, _, local = example.without.partition(":")
        start = f"<{BASE}{example.subject}> <{PREFIXES[prefix]}{local}> "
        kept = [line for line in good.splitlines() if not line.startswith(start)]
        assert len(kept) < len(good.splitlines()), f"{start} is not in the good data"
        text = "\n".join(kept) + "\n"
    return text + ntriples(example.put)


def shape_names() -> set[str]:
    text = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "shapes").glob("*.ttl"))
    return set(re.findall(r"^<shape/([^>]*)> a ", text, re.MULTILINE))


def test_every_shape_has_examples() -> None:
    # A node shape that only gathers property shapes fails where one of those does.
    gathering = {"agent", "suggestion", "distribution"}
    assert shape_names() - gathering == set(EXAMPLES.FAILING) | set(EXAMPLES.VALUES)
    assert not set(EXAMPLES.FAILING) & set(EXAMPLES.VALUES)


def test_the_good_data_conform_to_every_shape(good: str, checker: Checker) -> None:
    assert find_results(good, checker) == ()


@pytest.mark.parametrize("name", sorted(EXAMPLES.FAILING))
def test_the_failing_example_breaks_its_shape(name: str, good: str, checker: Checker) -> None:
    results = find_results(failing(good, name), checker)
    broken = {result.shape.removeprefix(f"{BASE}shape/") for result in results}
    assert name in broken
    assert all(result.message for result in results)


def test_only_what_breaks_clients_is_a_violation(good: str, checker: Checker) -> None:
    blocking = {
        name
        for name in EXAMPLES.FAILING
        for result in find_results(failing(good, name), checker)
        if result.blocks and result.shape == f"{BASE}shape/{name}" and result.record
    }
    assert blocking == {
        "collection-iri", "creator-node", "date-form", "description-text", "agent-name-text",
        "file-iri", "identifier-text", "issued-form", "language-iri", "licence-iri",
        "matched-label-text", "metadata-licence-iri", "modified-form", "modified-one", "page-iri",
        "publisher-node", "record", "rights-iri", "rights-text", "source-iri", "subject-concept",
        "suggested-subject-concept", "title-filled", "title-present", "title-text", "topic-one",
        "topic-resource", "type-concept",
    }  # fmt: skip


@pytest.mark.slow
def test_both_engines_agree_on_every_example(good: str, checker: Checker) -> None:
    texts = []
    for number, name in enumerate(sorted(EXAMPLES.FAILING)):
        own = f"x{number:09}".translate(str.maketrans("0123456789", "abcdefghij"))
        text = failing(good, name).replace("aaaaaaaaaa", own)
        # The dataset is there once for each, so that what one example takes out stays out.
        for shared in ("catalogue", "dataset"):
            text = re.sub(rf"<{BASE}{shared}\b(?!>  *\.)", f"<{BASE}{own}-{shared}", text)
        texts.append(text)
    assert compare_engines("".join(texts), checker) == ()


@pytest.mark.parametrize("name", sorted(EXAMPLES.VALUES))
def test_values_that_conform_and_values_that_do_not(name: str, checker: Checker) -> None:
    import shacl

    link = "property" if "sh:PropertyShape" in _declaration(name) else "node"
    target = ntriples(
        f"<urn:target> a sh:NodeShape ; sh:targetSubjectsOf <urn:value> ; sh:property <urn:p> ."
        f"<urn:p> sh:path <urn:value> ; sh:{link} <shape/{name}> ."
    )
    shapes = shacl.Shapes.from_text(checker.shapes + target, format="ntriples")
    right, wrong = EXAMPLES.VALUES[name]
    for values, conforms in ((right, True), (wrong, False)):
        for value in values:
            data = ntriples(f"<urn:focus> <urn:value> {value} . {EXAMPLES.SURROUNDINGS}")
            report = shapes.validate_text(data + checker.vocabulary, format="ntriples")
            assert report.conforms == conforms, (name, value, report.results)


def _declaration(name: str) -> str:
    text = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "shapes").glob("*.ttl"))
    match = re.search(rf"^<shape/{name}> a (.*)$", text, re.MULTILINE)
    assert match is not None
    return match[1]


def test_the_projects_own_shapes_have_nothing_to_lint() -> None:
    assert lint_shapes(ROOT, BASE) == ()


@pytest.mark.parametrize("base", ["https://example.org/a/", "http://localhost/c#"])
def test_shapes_follow_the_base(base: str) -> None:
    assert lint_shapes(ROOT, base) == ()


def test_a_third_party_finds_the_shapes_well_formed(checker: Checker) -> None:
    """pyshacl-turbo checks the shapes with the shapes that the SHACL specification has for them."""
    import pyshacl_turbo

    check: Callable[..., tuple[bool, object, str]] = pyshacl_turbo.meta_validate
    conforms, _, text = check(checker.shapes.encode(), shacl_graph_format="nt")
    assert conforms, text
    broken = checker.shapes.replace(f"<{SH}minCount>", f"<{SH}nodeKind>")
    conforms, _, _ = check(broken.encode(), shacl_graph_format="nt")
    assert not conforms


def test_our_own_terms_are_those_of_the_ontology() -> None:
    ontology = (ROOT / "ontology" / "cataloom.ttl").read_text(encoding="utf-8")
    text = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "shapes").glob("*.ttl"))
    used = set(re.findall(r"\bcataloom:(\w+)", text))
    assert used
    for term in used:
        assert f"cataloom:{term} a " in ontology, f"{CATALOOM}{term}"
