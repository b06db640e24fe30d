"""Tables, JSON, feeds, RDF, MARC, OAI-PMH answers, texts: the kind is found, and reads them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.run import run_catalogue
from tests.probe.conftest import Desk, differences
from tests.probe.data import DATA, workbook
from tests.probe.works import Case, expected


@pytest.mark.parametrize("maker", DATA, ids=lambda maker: maker.__name__)
def test_the_proposal_reads_the_file(maker: Callable[[], Case], desk: Desk) -> None:
    case = maker()
    probed = desk.probe(desk.save(f"{case.name}.{case.extension}", case.text))
    assert probed.kind == case.kind
    assert differences(desk.records(desk.accept(probed)), case) == []


def test_a_workbook_whose_table_is_not_on_its_first_sheet(desk: Desk) -> None:
    probed = desk.probe(desk.save("holdings.xlsx", workbook()))
    assert probed.kind == "table"
    case = Case("workbook", "", expected("title", "creator", "page", "year"))
    assert differences(desk.records(desk.accept(probed)), case) == []


@pytest.mark.slow
@pytest.mark.parametrize("maker", DATA, ids=lambda maker: maker.__name__)
def test_the_proposal_runs_as_it_is(maker: Callable[[], Case], desk: Desk) -> None:
    case = maker()
    settings = desk.accept(desk.probe(desk.save(f"{case.name}.{case.extension}", case.text)))
    outcome = run_catalogue(settings, jobs=1)
    assert outcome.exit_code == 0
    (books,) = outcome.books.values()
    assert books.created == len(case.fields["title"])
