"""The gates of the catalogue as a whole, and deletions that a source asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.catalogue_folder import load_settings
from pipeline.diff import read_changes
from pipeline.errors import RunRefused
from pipeline.last_run import read_last_run
from pipeline.run import accept_run
from pipeline.runs import CATALOGUE
from tests.extract.web import Answer, Request, Web
from tests.small_catalogue import SmallCatalogue, entries
from tests.test_live_runs import Live, oai

pytestmark = pytest.mark.slow  # whole runs

EPOCH, DAY = 1_795_546_800, 86_400


@pytest.fixture
def small(tmp_path: Path) -> SmallCatalogue:
    small = SmallCatalogue(tmp_path / "small")
    small.write(entries(20), "one")
    small.write(entries(20, 100), "two")
    small.run()
    return small


def refused(small: SmallCatalogue) -> str:
    before = small.current
    with pytest.raises(RunRefused) as caught:
        small.run()
    assert small.current == before
    return str(caught.value)


def test_a_source_file_that_is_gone_is_refused(small: SmallCatalogue) -> None:
    (small.folder / "input" / "two.toml").unlink()
    message = refused(small)
    assert "sources are gone from input/: two (20 records). 20 of 40 published records " in message
    assert "go (50 %, the gate is at 30 %, gates.fewer)" in message
    last = read_last_run(small.output)
    assert last is not None
    assert last.failed.keys() == {CATALOGUE}
    held = (small.output / "last-run" / "held-changes.jsonl").read_text("utf-8").splitlines()
    assert len(held) == 20
    assert all('"deleted"' in line for line in held)


def test_a_small_source_may_go(small: SmallCatalogue) -> None:
    small.write(entries(5, 300), "three")
    small.run()
    (small.folder / "input" / "three.toml").unlink()
    assert small.run().books["three"].newly_excluded == 5
    assert "sources are gone from input/: three (5 records). 5 of 45 " in small.read("issues.csv")


def test_a_source_file_that_was_renamed_is_refused(small: SmallCatalogue) -> None:
    small.write(entries(3, 300), "three")
    small.run()
    before = small.ids()
    folder = small.folder / "input"
    (folder / "three.toml").rename(folder / "tres.toml")
    message = refused(small)
    assert "source three is gone from input/, and tres gives 3 of its 3 entries" in message
    assert 'write name = "three" in the file of tres' in message
    text = (folder / "tres.toml").read_text("utf-8")
    (folder / "tres.toml").write_text(f'name = "three"\n{text}', "utf-8")
    assert small.run().kind == "unchanged"
    assert small.ids() == before


def with_third(small: SmallCatalogue) -> Path:
    """Publish a third source, small enough to go; return the folder of source files."""
    small.write(entries(3, 300), "three", more='homepage = "https://example.org/three"\n')
    small.run()
    return small.folder / "input"


def test_a_run_of_one_source_deletes_nothing_of_others(small: SmallCatalogue) -> None:
    folder = with_third(small)
    before = small.ids()
    (folder / "three.toml").rename(folder / "tres.toml")
    small.write(entries(21), "one")
    assert small.run(sources=("one",)).kind == "published"
    assert before.items() <= small.ids().items()
    told = "source three is gone from input/; its 3 records stay published until a run reads every"
    assert told in small.read("issues.csv")
    assert "dataset#source-three" in small.read("dataset.ttl")
    with pytest.raises(RunRefused, match="source three is gone from input/, and tres gives 3 of"):
        small.run(sources=("tres",))
    assert "source three is gone from input/, and tres gives 3 of its 3 entries" in refused(small)


def test_a_source_that_stays_is_as_it_was_and_goes_without_a_trace(small: SmallCatalogue) -> None:
    folder = with_third(small)
    before = {one.id: one.digest for one in small.records().values()}
    (folder / "three.toml").unlink()
    small.write(entries(21), "one")
    small.run(sources=("one",))
    assert before.items() <= {one.id: one.digest for one in small.records().values()}.items()
    assert small.read("catalogue.nt").count("https://example.org/three") > 0
    small.write(entries(22), "one")
    small.run(sources=("one",))  # by the same rules, from a release that has no source file of it
    assert before.items() <= {one.id: one.digest for one in small.records().values()}.items()
    assert small.run().books["three"].newly_excluded == 3
    for name in ("catalogue.nt", "dataset.ttl"):
        assert "https://example.org/three" not in small.read(name)
    assert len(small.tombstones()) == 3


def test_a_source_that_comes_back_is_held_against_its_last_harvest(small: SmallCatalogue) -> None:
    small.write(entries(10, 300), "three")
    small.run()
    file = small.folder / "input" / "three.toml"
    text = file.read_text("utf-8")
    file.unlink()
    small.write(entries(21), "one")
    small.run(sources=("one",))
    file.write_text(text, "utf-8")
    small.write(entries(2, 300), "three")
    assert "2 entries came, 10 the last time" in small.run().failed["three"]


def test_a_renamed_source_that_cannot_be_read_is_judged_when_it_can(small: SmallCatalogue) -> None:
    folder = with_third(small)
    before = small.ids()
    (folder / "three.toml").rename(folder / "tres.toml")
    text = (folder / "three.txt").read_text("utf-8")
    (folder / "three.txt").write_text("Come back next week.\n", "utf-8")
    assert small.run().failed.keys() == {"tres"}
    assert small.ids() == before
    (folder / "three.txt").write_text(text, "utf-8")
    assert "source three is gone from input/, and tres gives 3 of its 3 entries" in refused(small)


def test_rules_that_take_a_field_away_are_refused(small: SmallCatalogue) -> None:
    """Half of the records have suggestions, which a lost vocabulary takes from them all."""
    subjects = small.folder / "ontology" / "subjects.ttl"
    text = subjects.read_text("utf-8")
    subjects.unlink()
    message = refused(small)
    assert re.search(
        r"'suggestions' is empty now in \d+ of the 20 records of one \(\d+ %, the gate is at "
        r"20 %, gates.fill_rate\), since this is not what it was: ontology; the first: 'How the ",
        message,
    )
    assert "records of two" in message
    subjects.write_text(text, "utf-8")
    assert small.run().kind == "unchanged"
    subjects.unlink()
    (run,) = re.findall(r"cataloom accept (\w+)", refused(small))
    accept_run(load_settings(small.folder), run, "we need no subjects", jobs=1)
    assert not any(one.suggestions for one in small.records().values())
    assert small.run().kind == "unchanged"


def test_many_changes_are_warned_of_though_the_rules_changed(small: SmallCatalogue) -> None:
    types = small.folder / "ontology" / "resource-types.ttl"
    head, _, rest = types.read_text("utf-8").partition("<type/guide> a skos:Concept")
    changed = re.sub(r'prefLabel "([^"]+)"@en', r'prefLabel "Our \1"@en', rest, count=1)
    types.write_text(f"{head}<type/guide> a skos:Concept{changed}", "utf-8")
    assert small.run().kind == "published"
    issues = small.read("issues.csv")
    assert "20 of 20 known entries have changed (100 %, warned of above 50 %" in issues
    assert "the ontology, the settings or the software changed too" in issues


def test_a_source_is_refused_below_the_share_that_is_warned_of(small: SmallCatalogue) -> None:
    with (small.folder / "catalogue.toml").open("a", encoding="utf-8") as file:
        file.write("[gates]\nfewer = 10\n")
    small.write(entries(17), "one")
    outcome = small.run()
    assert (
        "17 entries came, 20 the last time: 15 % fewer, the gate is at 10 % (gates.fewer)"
        in (outcome.failed["one"])
    )


class Provider:
    """An OAI-PMH provider of ten records whose dates and deletions a test sets."""

    def __init__(self) -> None:
        self.now = "2026-11-01T00:00:00Z"
        self.dates = dict.fromkeys(range(10), self.now)
        self.deleted: set[int] = set()

    def answer(self, request: Request) -> Answer:
        since = request.query.get("from", "")
        found = "".join(self._record(n) for n, date in self.dates.items() if date >= since)
        if request.query.get("verb") == "Identify":
            text = (
                "<Identify><repositoryName>R</repositoryName><baseURL>http://example.org/</baseURL>"
                "<protocolVersion>2.0</protocolVersion><adminEmail>a@example.org</adminEmail>"
                "<earliestDatestamp>2020-01-01T00:00:00Z</earliestDatestamp><deletedRecord>"
                "persistent</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity>"
                "</Identify>"
            )
        elif request.query.get("verb") == "ListMetadataFormats":
            text = (
                "<ListMetadataFormats><metadataFormat><metadataPrefix>oai_dc</metadataPrefix>"
                "<schema>http://example.org/</schema><metadataNamespace>"
                "http://www.openarchives.org/OAI/2.0/oai_dc/</metadataNamespace></metadataFormat>"
                "</ListMetadataFormats>"
            )
        elif found:
            text = f"<ListRecords>{found}</ListRecords>"
        else:
            text = '<error code="noRecordsMatch">none</error>'
        return Answer(
            oai(text).replace("2026-01-01T00:00:00Z", self.now).encode(),
            200,
            {"Content-Type": "text/xml"},
        )

    def _record(self, number: int) -> str:
        gone = number in self.deleted
        status = ' status="deleted"' if gone else ""
        metadata = (
            '<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The handbook of village water '
            f"number {number}</dc:title><dc:type>Handbook</dc:type></oai_dc:dc></metadata>"
        )
        return (
            f"<record><header{status}><identifier>oai:x:{number}</identifier>"
            f"<datestamp>{self.dates[number]}</datestamp></header>{metadata * (not gone)}</record>"
        )


@pytest.mark.parametrize("incremental", [True, False], ids=["incremental", "whole"])
def test_mass_deletions_that_a_source_asks_for_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, incremental: bool
) -> None:
    provider = Provider()
    live = Live(tmp_path / "live", seconds=60)
    with Web({"/oai": provider.answer}) as web:
        more = f"[oai]\nincremental = {str(incremental).lower()}\n"
        live.add("one", "oai-pmh", web.url("/oai"), more)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH))
        live.run()
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + DAY))
        provider.now = "2026-11-25T00:00:00Z"
        provider.deleted = set(range(9))
        provider.dates |= dict.fromkeys(range(9), provider.now)
        with pytest.raises(RunRefused) as refused:
            live.run()
        message = str(refused.value)
        assert "90 %" in message
        assert "no longer there: 'The handbook of village water number " in message
        if incremental:
            assert "the source says that 9 of its 10 entries are deleted" in message
        assert len(live.titles("one")) == 10
        changes = read_changes(live.output / "last-run" / "held-changes.jsonl")
        assert [one.change for one in changes] == ["deleted"] * 9
        (run,) = re.findall(r"cataloom accept (\w+)", message)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + DAY + 60))
        accept_run(load_settings(live.folder), run, "they were withdrawn", jobs=1)
        assert live.titles("one") == {"The handbook of village water number 9"}
