"""What a harvest lacks that did not read all of its source is not taken for deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import record_parts, release
from pipeline.model import Record
from tests.extract.web import Answer, Answers, Web
from tests.small_catalogue import SmallCatalogue, entries
from tests.test_grace import COMPLETE, DAY, EPOCH, Days
from tests.test_live_runs import HTML, Live, listing

pytestmark = pytest.mark.slow  # whole runs

PAGING = '\n[paging]\nparameter = "page"\n' + HTML.replace('next = "a[rel=next]"', "")
NO_GATES = "\n[gates]\nfewer = 100\nfewer_warn = 100\n"
BOOK = (
    '<html><head><title>{0}</title><script type="application/ld+json">{{"@context":'
    '"https://schema.org","@type":"Book","name":"{0}","inLanguage":"en"}}</script></head></html>'
)
CLOSED = "<html><head><title>Back soon</title></head><body><h1>We are closed</h1></body></html>"
DOWN_DAYS = (1, 2, 5, 9, 10, 11, 20)


class Site:
    """A catalogue of one site, run on one day or another."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.live = Live(folder)
        with (folder / "catalogue.toml").open("a", encoding="utf-8") as file:
            file.write(NO_GATES)
        self.patch = patch

    def run(self, day: float, *, offline: bool = False) -> str:
        """Run on `day`; return what the run came to."""
        self.patch.setenv("SOURCE_DATE_EPOCH", str(EPOCH + round(day * DAY)))
        outcome = self.live.run(offline=offline)
        assert outcome.failed == {}
        books = outcome.books["site"]
        return f"{books.extracted} kept {books.kept} deleted {books.deleted}"

    def issues(self) -> str:
        """Return what the last run had to tell."""
        return (self.live.output / "last-run" / "issues.csv").read_text("utf-8")

    def missing(self) -> set[tuple[int, str]]:
        """Return how often, and since when, the records of the last release are missing."""
        records = record_parts.read_records(release.current(self.live.output))
        return {(one.missing, one.missing_since) for one in records}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    return Site(tmp_path / "catalogue", monkeypatch)


@pytest.mark.parametrize(
    "broken",
    [Answer("gone", 404), CLOSED, listing(range(18), "/2"), Answer("", 302, {"Location": "/1"})],
    ids=["not-there", "closed", "another-page", "sent-back"],
)
def test_a_linked_page_that_is_not_read_deletes_nothing(site: Site, broken: Answer | str) -> None:
    with Web({"/1": listing(range(18), "/2"), "/2": listing(range(18, 20))}) as web:
        site.live.add("site", "html-listing", web.url("/1"), HTML)
        assert site.run(0) == "20 kept 0 deleted 0"
        web.answers["/2"] = broken
        for day in DOWN_DAYS:
            assert site.run(day) == "18 kept 2 deleted 0"
        assert "This harvest does not count for deletions" in site.issues()
        assert "this harvest was not the whole listing" in site.issues()
        web.answers["/1"] = listing(range(18))  # the site itself says that this is all
        for day in (30, 31):
            assert site.run(day) == "18 kept 2 deleted 0"
        assert "does not count for deletions" not in site.issues()
        assert site.run(37) == "18 kept 0 deleted 2"


@pytest.mark.parametrize("hole", [Answer("gone", 404), CLOSED], ids=["not-there", "closed"])
def test_a_hole_among_numbered_pages_deletes_nothing(site: Site, hole: Answer | str) -> None:
    with Web({f"/{n}": listing(range(4 * n - 4, 4 * n)) for n in range(1, 6)}) as web:
        more = PAGING.replace('parameter = "page"', "")
        site.live.add("site", "html-listing", web.url("/{page}"), more)
        assert site.run(0) == "20 kept 0 deleted 0"
        web.answers["/3"] = hole
        for day in DOWN_DAYS:
            assert site.run(day) == "16 kept 4 deleted 0"
        assert "but pages behind it hold entries" in site.issues()


@pytest.mark.parametrize("status", [500, 404])
def test_a_page_of_a_sitemap_that_fails_deletes_nothing(site: Site, status: int) -> None:
    with Web({f"/{n}": BOOK.format(f"The handbook number {n}") for n in range(12)}) as web:
        listed = [f"<url><loc>{web.url(f'/{n}')}</loc></url>" for n in range(12)]
        web.answers["/sitemap.xml"] = f"<urlset>{''.join(listed)}</urlset>"
        site.live.add("site", "sitemap", web.url("/sitemap.xml"))
        assert site.run(0) == "12 kept 0 deleted 0"
        web.answers["/11"] = Answer("trouble", status)
        for day in DOWN_DAYS:
            assert site.run(day) == "11 kept 1 deleted 0"
        web.answers["/sitemap.xml"] = f"<urlset>{''.join(listed[:11])}</urlset>"
        for day in (30, 31):
            assert site.run(day) == "11 kept 1 deleted 0"
        assert site.run(37) == "11 kept 0 deleted 1"


def test_only_what_the_site_was_asked_for_counts(site: Site) -> None:
    with Web({"/1": listing(range(10))}) as web:
        site.live.add("site", "html-listing", web.url("/1"), HTML)
        assert site.run(0) == "10 kept 0 deleted 0"
        web.answers["/1"] = listing(range(9))
        assert site.run(1) == "9 kept 1 deleted 0"
        for day in (12, 19, 20):
            assert site.run(day, offline=True) == "9 kept 1 deleted 0"
        assert "the site was not asked (--offline)" in site.issues()
        assert site.missing() == {(0, ""), (1, "2026-11-25T19:00:00Z")}
        assert site.run(21) == "9 kept 1 deleted 0"
        assert site.run(22) == "9 kept 0 deleted 1"


@pytest.mark.parametrize("end", [Answer("", 404), CLOSED], ids=["not-there", "closed"])
def test_numbered_pages_end_offline_where_they_ended(site: Site, end: Answer | str) -> None:
    answers: Answers = {f"/{n}": listing(range(4 * n - 4, 4 * n)) for n in range(1, 4)}
    with Web({**answers, "/4": end}) as web:
        more = PAGING.replace('parameter = "page"', "")
        site.live.add("site", "html-listing", web.url("/{page}"), more)
        site.run(0)
    assert site.run(1, offline=True) == "12 kept 0 deleted 0"


def lost(small: SmallCatalogue) -> int:
    """Return of how many records the last release tells that they are not shown."""
    return small.read("issues.csv").count("The source no longer shows this entry")


def missing_one(days: Days) -> Record:
    (record,) = (one for one in days.small.records().values() if one.missing_since)
    return record


def test_the_grace_begins_with_the_first_complete_harvest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine of ten entries, of which the listing once said that it had twelve."""
    days = Days(tmp_path / "small", monkeypatch)
    numbers = range(10)
    days.run(*numbers)
    assert days.run(*numbers[:9], total=12) == "published 9 kept 1 deleted 0"
    assert (missing_one(days).missing, missing_one(days).missing_since) == (
        0, "2026-11-26T19:00:00Z",
    )  # fmt: skip
    assert lost(days.small) == 1
    assert days.run(*numbers[:9], total=12).startswith("unchanged")
    assert days.run(*numbers[:9], after=7, total=9) == "published 9 kept 1 deleted 0"
    assert (missing_one(days).missing, missing_one(days).missing_since) == (
        1, "2026-12-04T19:00:00Z",
    )  # fmt: skip
    assert days.run(*numbers[:9], total=9) == "published 9 kept 1 deleted 0"
    assert days.run(*numbers[:9], total=12).startswith("unchanged")  # not whole: not counted
    assert days.run(*numbers[:9], after=4, total=9) == "published 9 kept 1 deleted 0"
    assert missing_one(days).missing == 3
    assert days.run(*numbers[:9], after=0.9, total=9).startswith("unchanged")
    assert days.run(*numbers[:9], after=0.1, total=9) == "published 9 kept 0 deleted 1"
    (stone,) = record_parts.read_tombstones(days.small.current)
    assert stone.reason == "the source has not shown it since 2026-12-04T19:00:00Z"


def test_what_was_not_seen_and_comes_back_is_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = Days(tmp_path / "small", monkeypatch, more=COMPLETE)
    days.run(0, 1, 2)
    days.run(0, 1, total=3)
    assert lost(days.small) == 1
    assert days.run(0, 1, 2, total=3) == "published 3 kept 0 deleted 0"
    assert lost(days.small) == 0
    assert {one.missing_since for one in days.small.records().values()} == {""}
    assert len(entries(3)) == len(days.small.ids())


def test_an_entry_is_lost_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an incomplete harvest nor the first complete one after it tells it anew."""
    from pipeline import part

    told: list[str] = []
    is_lost = vars(part)["_is_lost"]

    def counted(job: object, record: Record) -> bool:
        found: bool = is_lost(job, record)
        told.extend([record.id] * found)
        return found

    monkeypatch.setattr(part, "_is_lost", counted)
    days = Days(tmp_path / "small", monkeypatch)
    days.run(0, 1, 2)
    for total in (3, 3, 2, 2):
        days.run(0, 1, total=total)
    assert len(told) == 1
