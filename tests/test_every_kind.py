"""Every kind of source through a whole run: published, explained, unchanged the second time."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pytest

from pipeline import record_parts, release
from pipeline.catalogue_folder import load_settings
from pipeline.explain import explain_record
from pipeline.extract import SOURCES
from pipeline.kinds import KINDS
from pipeline.model import Record
from pipeline.new_catalogue import make_folder
from pipeline.run import run_catalogue
from tests.extract.oai_provider import Item, Provider
from tests.extract.web import Answer, Request, Web
from tests.small_catalogue import BASE, QUICK

CASES = sorted((Path(__file__).parent / "golden" / "extract").iterdir())


def kind_of(case: Path) -> str:
    return str(tomllib.loads((case / "source.toml").read_text("utf-8"))["kind"])


def test_every_kind_has_a_case() -> None:
    assert {kind_of(case) for case in CASES} >= SOURCES.keys() - {"sitemap"}
    assert SOURCES.keys() == KINDS.keys()


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_listing_of_every_kind_is_published(case: Path, tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    make_folder(folder, BASE)
    with (folder / "catalogue.toml").open("a", encoding="utf-8") as file:
        file.write(QUICK)
    for one in case.iterdir():
        if one.name == "source.toml":
            shutil.copy(one, folder / "input" / "listing.toml")
        elif one.is_dir():
            shutil.copytree(one, folder / "input" / one.name)
        elif one.name != "expected.json":
            shutil.copy(one, folder / "input" / one.name)
    outcome = run_catalogue(load_settings(folder), jobs=1)
    assert outcome.exit_code == 0
    (books,) = outcome.books.values()
    assert release.imbalance(books) == ""
    assert books.created == books.extracted - books.merged - books.rejected > 0
    settings = load_settings(folder)
    for record in record_parts.read_records(release.current(folder / "output")):
        assert record.title
        told = explain_record(settings, record.id)
        assert record.locator.position in told
        assert "1 extract: where it stood" in told
    assert run_catalogue(settings, jobs=1).kind == "unchanged"


class Repository:
    """A catalogue of one OAI-PMH provider, harvested for changes only."""

    def __init__(self, folder: Path, web: Web, provider: Provider) -> None:
        make_folder(folder, BASE)
        self.folder, self.provider = folder, provider
        with (folder / "catalogue.toml").open("a", encoding="utf-8") as file:
            file.write(QUICK + "[fetch]\npause = 0\nretries = 0\n")
        self.write(web.url("/oai"))

    def write(self, location: str, more: str = "incremental = true\n") -> None:
        text = f'kind = "oai-pmh"\nlocation = "{location}"\nlanguages = ["en"]\n[oai]\n{more}'
        (self.folder / "input" / "provider.toml").write_text(text, "utf-8")

    def run(self) -> str:
        """Run; return what became of the entries, and what was asked for."""
        self.provider.queries.clear()
        outcome = run_catalogue(load_settings(self.folder), jobs=1)
        books = outcome.books["provider"]
        assert release.imbalance(books) == ""
        asked = {query.get("from", "") for query in self.provider.lists} - {""}
        return (
            f"{outcome.kind}: {books.created} created, {books.updated} updated, "
            f"{books.unchanged} unchanged, {books.kept} kept, {books.deleted} deleted"
            + "".join(f" since {moment}" for moment in asked)
        )

    def records(self) -> dict[str, Record]:
        found = record_parts.read_records(release.current(self.folder / "output"))
        return {record.key: record for record in found}


def test_changes_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deletions at once, changes by date, and everything again where that is due."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1717243200")
    items = [Item(f"oai:x:{n}", title=f"A report on savings, number {n}") for n in range(5)]
    provider = Provider(items)

    def answer(request: Request) -> Answer:
        body = provider.answer(request.query)
        return Answer(body, 422 if b"<error" in body else 200)  # as Invenio does

    with Web({"/oai": answer}) as web:
        repository = Repository(tmp_path / "catalogue", web, provider)
        assert repository.run() == (
            "published: 5 created, 0 updated, 0 unchanged, 0 kept, 0 deleted"
        )
        before = repository.records()
        changed = "2024-06-02T00:00:00Z"
        provider.items[0] = provider.items[0]._replace(datestamp=changed, title="A new title")
        provider.items[1] = provider.items[1]._replace(datestamp=changed, deleted=True)
        provider.items.append(Item("oai:x:9", changed, title="The newest report of all"))
        provider.date = "2024-06-03T00:00:00Z"
        assert repository.run() == (
            "published: 1 created, 1 updated, 0 unchanged, 3 kept, 1 deleted "
            "since 2024-06-01T12:00:00Z"
        )
        after = repository.records()
        assert after.keys() == {f"oai:x:{n}" for n in (0, 2, 3, 4, 9)}
        assert after["oai:x:0"].id == before["oai:x:0"].id
        assert all(record.missing_since == "" for record in after.values())
        (stone,) = record_parts.read_tombstones(release.current(tmp_path / "catalogue" / "output"))
        assert (stone.id, stone.reason) == (before["oai:x:1"].id, "the source deleted it")
        assert repository.run() == (  # nothing changed: an empty answer is no gap
            "unchanged: 0 created, 0 updated, 0 unchanged, 5 kept, 0 deleted "
            "since 2024-06-03T00:00:00Z"
        )
        provider.items[1] = provider.items[1]._replace(
            deleted=False, datestamp="2024-06-04T00:00:00Z"
        )
        assert repository.run().startswith("published: 1 created")
        assert repository.records()["oai:x:1"].id == before["oai:x:1"].id
        repository.write(web.url("/oai"), "incremental = true\nfull_after = 60\n")
        assert repository.run() == (
            "unchanged: 0 created, 0 updated, 6 unchanged, 0 kept, 0 deleted"
        )
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1717243200 + 61 * 86_400))
        assert "since" not in repository.run()
