"""Pages of very different make: the entries are found, and each field where it stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.run import run_catalogue
from tests.probe.conftest import Desk, differences
from tests.probe.pages_of_others import OTHERS
from tests.probe.pages_of_people import PEOPLE
from tests.probe.pages_of_systems import SYSTEMS
from tests.probe.works import HOST, Case

MAKERS = (*SYSTEMS, *PEOPLE, *OTHERS)


def name_of(maker: Callable[[], Case]) -> str:
    return maker.__name__.replace("_", "-")


@pytest.mark.parametrize("maker", MAKERS, ids=name_of)
def test_the_proposal_reads_the_page(maker: Callable[[], Case], desk: Desk) -> None:
    case = maker()
    probed = desk.probe(desk.save(f"{case.name}.{case.extension}", case.text))
    assert probed.kind == case.kind
    settings = desk.accept(probed, homepage=f"{HOST}/list")
    assert differences(desk.records(settings), case) == []


@pytest.mark.slow
@pytest.mark.parametrize("maker", MAKERS[::7], ids=name_of)
def test_the_proposal_runs_as_it_is(maker: Callable[[], Case], desk: Desk) -> None:
    case = maker()
    settings = desk.accept(desk.probe(desk.save(f"{case.name}.html", case.text)))
    outcome = run_catalogue(settings, jobs=1)
    assert outcome.exit_code == 0
    (books,) = outcome.books.values()
    assert books.created == len(case.fields["title"])
