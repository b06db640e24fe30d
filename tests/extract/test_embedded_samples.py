"""extruct's own pages with the metadata it expects of them, syntax by syntax."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.extract.embedded_jsonld import scripts
from pipeline.extract.embedded_meta import DUBLIN_CORE
from pipeline.extract.embedded_microdata import items_of
from pipeline.extract.embedded_page import HtmlPage, read_page
from pipeline.extract.embedded_rdfa import rdfa_nodes

JSON_LD = (
    "custom.invalid/AllocateAction.001",
    "custom.invalid/JSONLD_with_JS_comment",
    "custom.invalid/JSONLD_with_control_characters",
    "custom.invalid/JSONLD_with_control_characters_comment",
    "custom.invalid/JoinAction.001",
    "misc/null_ld_mock",
    "schema.org/CreativeWork.001",
    "songkick/Elysian Fields Brooklyn Tickets, The Owl Music Parlor, 31 Oct 2015",
    "songkick/Maxïmo Park Gigography, Tour History & Past Concerts",
    "songkick/Years & Years Tickets, Tour Dates 2015 & Concerts",
    "songkick/jsonld_empty_item_test",
)
MICRODATA = (
    *(f"schema.org/{name}" for name in (
        "CreativeWork.001", "Event.001", "Event.002", "Event.003", "Event.004", "Event.008",
        "LocalBusiness.002", "LocalBusiness.003", "MusicRecording.001", "product", "product-ref",
    )),
)  # fmt: skip
ALL_SYNTAXES = ("songkick/elysianfields", "songkick/elysianfields_1", "songkick/tovestyrke")


@pytest.fixture
def samples(shared: Path) -> Path:
    return shared / "samples" / "html" / "embedded_metadata"


def page_of(samples: Path, name: str, address: str = "") -> HtmlPage:
    page, problems = read_page((samples / f"{name}.html").read_text("utf-8"), name, address)
    assert not problems
    return page


def expected_of(samples: Path, name: str) -> Any:
    return json.loads((samples / name).read_text("utf-8"))


@pytest.mark.parametrize("name", JSON_LD)
def test_json_ld(samples: Path, name: str) -> None:
    expected = expected_of(samples, f"{name}.jsonld")
    if isinstance(expected, dict):  # an older form: one list for each script
        expected = [item for items in expected["items"] for item in items]
    found, problems = scripts(page_of(samples, name))
    assert found == expected
    assert not problems


def collapsed(value: Any) -> Any:
    """Return items with the white space in their texts collapsed.

    Where a line ends is the layout of `html_text`, which extruct uses, and ours differ in it.
    """
    if isinstance(value, dict):
        return {name: collapsed(one) for name, one in value.items()}
    if isinstance(value, list):
        return [collapsed(one) for one in value]
    return " ".join(value.split()) if isinstance(value, str) else value


@pytest.mark.parametrize("name", MICRODATA)
def test_microdata(samples: Path, name: str) -> None:
    found = items_of(page_of(samples, name))
    assert collapsed(found) == collapsed(expected_of(samples, f"{name}.json"))


def test_microdata_with_the_address_of_the_page(samples: Path) -> None:
    found = items_of(page_of(samples, "schema.org/product", "http://some-example.com"))
    assert collapsed(found) == collapsed(expected_of(samples, "schema.org/product_custom_url.json"))


def test_microdata_but_for_the_inputs_of_actions(samples: Path) -> None:
    """Extruct reads schema.org's inputs of forms, which describe no resource."""
    found: Any = items_of(page_of(samples, "schema.org/SearchAction.001"))
    expected = expected_of(samples, "schema.org/SearchAction.001.json")
    for (item,) in (found, expected):
        del item["properties"]["potentialAction"]["properties"]["query-input"]
    assert found == expected


def told(value: Any) -> list[str]:
    """Return a value as words in order: lxml's versions write namespaces in another one.

    The language is left out: extruct does not read it where HTML says it.
    """
    value = (
        {name: one for name, one in value.items() if name != "@language"}
        if isinstance(value, dict)
        else value
    )
    return sorted(json.dumps(value, sort_keys=True).replace(">", " ").split())


def by_identifier(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        node.get("@id", ""): {
            name: sorted(map(told, values)) for name, values in node.items() if name != "@id"
        }
        for node in nodes
    }


def test_rdfa(samples: Path) -> None:
    page = page_of(samples, "misc/Portfolio_Niels_Lubberman", "http://nielslubberman.nl/drupal/")
    expected = expected_of(samples, "misc/Portfolio_Niels_Lubberman.json")
    assert by_identifier(rdfa_nodes(page)) == by_identifier(expected)


def properties(nodes: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return property -> values over all nodes: the node of a page without address has any name."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        for name, values in node.items():
            if name != "@id":
                found.setdefault(name, []).extend(" ".join(told(one)) for one in values)
    return {name: sorted(values) for name, values in found.items()}


def test_rdfa_of_open_graph(samples: Path) -> None:
    found = rdfa_nodes(page_of(samples, "misc/expanded_OG_support_test"))
    expected = expected_of(samples, "misc/expanded_OG_support_test.json")
    assert properties(found) == properties(expected)


@pytest.mark.parametrize(
    "name",
    ["misc/opengraph_test", "misc/opengraph_ns_product_test", "songkick/elysianfields",
     "songkick/tovestyrke"],
)  # fmt: skip
def test_open_graph(samples: Path, name: str) -> None:
    """`elysianfields_1` is left out: extruct itself does not give what it expects there."""
    expected = expected_of(samples, f"{name}.json")
    (graph,) = expected["opengraph"] if isinstance(expected, dict) else expected
    names = tuple(f"{prefix}:" for prefix in graph["namespace"])
    metas = page_of(samples, name).metas
    found = [[meta.name, meta.content] for meta in metas if meta.name.startswith(names)]
    assert found == [[name, value.strip()] for name, value in graph["properties"]]


@pytest.mark.parametrize("name", ALL_SYNTAXES)
def test_all_syntaxes_of_a_page(samples: Path, name: str) -> None:
    expected = expected_of(samples, f"{name}.json")
    page = page_of(samples, name, expected["rdfa"][0]["@id"])
    assert scripts(page)[0] == expected["json-ld"]
    assert items_of(page) == expected["microdata"] == []
    assert by_identifier(rdfa_nodes(page)) == by_identifier(expected["rdfa"])


def test_dublin_core(samples: Path) -> None:
    (expected,) = expected_of(samples, "misc/dublincore_test.json")
    page = page_of(samples, "misc/dublincore_test")
    found = [
        (meta.name, meta.content)
        for meta in (*page.metas, *page.links)
        if DUBLIN_CORE.fullmatch(meta.name)
    ]
    wanted = [
        (one.get("name") or one["rel"], one.get("content") or one["href"])
        for one in (*expected["elements"], *expected["terms"])
    ]
    assert sorted(found) == sorted(wanted)
