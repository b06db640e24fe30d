"""What has not changed is taken over: a release is what it would be if all of it was made anew."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pipeline import part, run
from pipeline.link.decisions import excerpt
from pipeline.model import Record
from pipeline.publish import graph_ntriples
from tests.small_catalogue import QUICK, Entry, SmallCatalogue, entries, prose

pytestmark = pytest.mark.slow
SETTINGS = f"{QUICK}\n[deletion]\nruns = 2\ndays = 1\n[gates]\n" + "".join(
    f"{name} = 100\n" for name in ("fewer", "rekeyed", "fill_rate", "rejected", "unsettled")
)
DAY = 86_400
START = 1_795_546_800
RDF = """kind = "rdf"
location = "people.ttl"
languages = ["en"]
complete = true
"""
DAMAGED = "El FinComĂșn de la regiĂłn y sus relaciones con cada socio"


def statements(choose: random.Random, count: int) -> str:
    """Return records of which several share a creator, whose name they do not agree on."""
    lines = ["@prefix dcterms: <http://purl.org/dc/terms/> ."]
    lines.append("@prefix dcat: <http://www.w3.org/ns/dcat#> .")
    lines.append("@prefix foaf: <http://xmlns.com/foaf/0.1/> .")
    for number in range(count):
        who = f"<https://people.example/{choose.randrange(3)}>"
        lines.append(
            f"<https://data.example/{number}> a dcat:Dataset ;"
            f' dcterms:title "Figures of the district number {number}"@en ; dcterms:creator {who} .'
        )
    lines += (
        f'<https://people.example/{one}> a foaf:Agent ; foaf:name "Person {choose.randrange(2)}" .'
        for one in range(3)
    )
    return "\n".join(lines)


class Listing:
    """A source that grows, edits, deletes, repeats itself and is damaged, by chance."""

    def __init__(self, seed: int) -> None:
        self.choose = random.Random(seed)  # noqa: S311 - made-up text, no secret
        self.entries = entries(8)
        self.day = 0

    def next(self) -> list[Entry]:
        """Return the entries of the next day."""
        self.day += 1
        some, choose = self.entries, self.choose
        place = choose.randrange(len(some))
        match choose.randrange(7):
            case 0:
                some.insert(place, entries(1, 100 + self.day)[0])
            case 1:
                some[place] = some[place]._replace(abstract=prose(1000 + self.day))
            case 2:
                del some[place]
            case 3:  # told apart by their abstracts from now on
                some.append(some[place]._replace(abstract=prose(2000 + self.day)))
            case 4:
                some[place] = some[place]._replace(abstract=f"{DAMAGED}. {some[place].abstract}")
            case 5:  # found again by its abstract
                some[place] = some[place]._replace(title=f"Another title of day {self.day}")
            case _:
                some[place] = some[place]._replace(label=choose.choice(("Publications", "Odd")))
        return some


def contents(folder: Path) -> dict[str, bytes | str]:
    """Return all that a release says, but for when it was written and how the store keeps it."""
    found: dict[str, bytes | str] = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and file.parent.name != "graph" and file.name != "manifest.json"
    }
    return {**found, "graph": graph_ntriples(folder)}


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many records were linked at a time."""
    counts: list[int] = []
    link = vars(part)["link"]

    def counted(records: list[Record], *more: object) -> list[Record]:
        counts.append(len(records))
        found: list[Record] = link(records, *more)
        return found

    monkeypatch.setattr(part, "link", counted)
    return counts


@pytest.mark.parametrize("seed", range(2))
def test_releases_are_those_of_runs_that_take_nothing_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, linked: list[int]
) -> None:
    known = Listing(seed)
    one, other = (SmallCatalogue(tmp_path / name, SETTINGS) for name in ("over", "anew"))
    takes_over = run._made_by_same_rules
    sums = {"over": 0, "anew": 0}
    releases = 0
    for day in range(14):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(START + day * DAY))
        some = known.next()
        people = statements(random.Random(seed + day // 3), 6 + day % 4)  # noqa: S311 - as above
        for name, small, rule in (("over", one, takes_over), ("anew", other, lambda _: None)):
            monkeypatch.setattr(run, "_made_by_same_rules", rule)
            linked.clear()
            small.write(some, more="complete = true\n")
            (small.folder / "input" / "people.ttl").write_text(people, "utf-8")
            (small.folder / "input" / "people.toml").write_text(RDF, "utf-8")
            if day == 9:
                first = min(small.records().values(), key=lambda record: record.id)
                small.decide([f'{first.id},title,"{excerpt(first.title[0].value)}",es'])
            small.run(sources=("people",) if day == 6 else ())
            sums[name] += sum(linked)
        assert contents(one.current) == contents(other.current), f"day {day}"
        releases += one.current.name == other.current.name
    assert releases == 14
    assert sums["over"] < sums["anew"] * 0.6
