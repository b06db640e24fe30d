"""Payloads -> source records, against bare parsing of the same bytes, in one run.

`python tests/benchmarks/bench_extract.py [--quick]`

Ours begins with the bytes of a page and ends with its source records: decoding, parsing, selecting,
making records. Bare gives the same bytes to lxml.html or lxml.etree, or their text to csv.reader,
and no more. Each is a process of its own; what it takes for its start and the first round is taken
off. Ours and bare take turns; the ratio is the median.
"""

from __future__ import annotations

import argparse
import csv
import io
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import lxml.etree
import lxml.html
import msgspec

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.extract import html_listing, table  # noqa: E402 - found only now
from pipeline.extract.decoding import decode  # noqa: E402
from pipeline.extract.html_pages import utf8_of  # noqa: E402
from pipeline.extract.oai_answer import read_answer  # noqa: E402
from pipeline.extract.oai_record import Maker  # noqa: E402
from pipeline.extract.payloads import Payload  # noqa: E402
from pipeline.extract.selectors import compile_selectors  # noqa: E402
from pipeline.kinds import Field, HtmlSettings, OaiSettings  # noqa: E402
from pipeline.model import Locator, Record  # noqa: E402
from pipeline.settings import Source  # noqa: E402
from tests.benchmarks import corpus, made_up_pages  # noqa: E402
from tests.benchmarks.bench import measure, say  # noqa: E402

BAR = 4.0
TURNS = 5


class Job(msgspec.Struct, frozen=True):
    """One comparison: how the input is made, how it is read, what bare parsing of it is."""

    title: str
    source: Source
    write: Callable[[Sequence[Record]], str]
    sizes: tuple[int, ...]
    suffix: str
    rounds: int


def _source(kind: str, suffix: str, **table: object) -> Source:
    return msgspec.structs.replace(
        Source(
            kind=kind,
            location=f"*.{suffix}",
            languages=("en", "es", "fr", "pt"),
            name="made-up",
            homepage="https://example.org/listing",
        ),
        **table,
    )


DRUPAL = HtmlSettings(
    entry=".views-row",
    total=".total",
    next="a[rel=next]",
    fields={
        "title": "h3.node__title",
        "type": ".field--name-field-type",
        "description": Field(".field--name-body", html=True),
        "date": Field("time", attribute="datetime"),
        "creator": ".field--name-field-author",
        "subject": ".field--name-field-tags .field__item",
        "page": Field("h3 a", attribute="href"),
    },
)
LEAN = HtmlSettings(
    entry="article",
    total=".total",
    fields={
        "title": "h3",
        "type": ".type",
        "description": Field(".abstract", html=True),
        "date": "time",
        "page": Field("h3 a", attribute="href"),
    },
)
JOBS = {
    "html": Job(
        title="HTML pages of 500 entries, seven fields / lxml.html",
        source=_source("html-listing", "html", html=DRUPAL),
        write=made_up_pages.html_page,
        sizes=(500,) * 16,
        suffix="html",
        rounds=2,
    ),
    "lean": Job(
        title="HTML of hardly any markup, five fields / lxml.html",
        source=_source("html-listing", "html", html=LEAN),
        write=made_up_pages.lean_page,
        sizes=(500,) * 32,
        suffix="html",
        rounds=2,
    ),
    "oai": Job(
        title="OAI pages of 100 and of 500 records, oai_dc / lxml.etree",
        source=_source("oai-pmh", "xml", oai=OaiSettings()),
        write=made_up_pages.oai_page,
        sizes=(100, 500) * 8,
        suffix="xml",
        rounds=3,
    ),
    "csv": Job(
        title="CSV of 20,000 rows, nine columns / csv.reader",
        source=_source("table", "csv"),
        write=made_up_pages.csv_table,
        sizes=(20_000,),
        suffix="csv",
        rounds=4,
    ),
}


def write_input(job: Job, folder: Path, most: int) -> None:
    """Write the files of a job, of at most `most` records each."""
    records = corpus.generate(sum(job.sizes))
    for number, size in enumerate(job.sizes):
        some = list(islice(records, min(size, most)))
        (folder / f"page-{number:02}.{job.suffix}").write_text(job.write(some), "utf-8")


def payloads_in(job: Job, folder: Path) -> list[Payload]:
    """Return the files of a job as payloads."""
    files = sorted(folder.glob(f"*.{job.suffix}"))
    return [Payload(file.name, file.read_bytes(), "0" * 64, file) for file in files]


def read_html(payloads: Iterable[Payload], source: Source) -> Iterator[int]:
    """Read pages as `html-listing` does; yield how many records each has."""
    selectors = compile_selectors(source)
    for payload in payloads:
        decoded = decode(payload.data, source, payload.name, markup=True)
        place = Locator(payload.digest, payload.name, "")
        data = utf8_of(payload, decoded)
        yield len(html_listing.read(data, source, selectors, place).page.records)


def read_oai(payloads: Iterable[Payload], source: Source) -> Iterator[int]:
    """Read answers as `oai-pmh` does; yield how many records each has."""
    maker = Maker(source)
    for payload in payloads:
        yield len(maker.make(payload, read_answer(payload, source)).records)


def read_table(payloads: Iterable[Payload], source: Source) -> Iterator[int]:
    """Read tables as `table` does; yield how many records each page of them has."""
    for payload in payloads:
        for page in table.read(payload, source):
            yield len(page.records)


def parse_bare(payloads: Iterable[Payload], kind: str) -> Iterator[int]:
    """Parse payloads and do nothing with what is found; yield 1 for each."""
    for payload in payloads:
        if kind == "html":
            lxml.html.fromstring(payload.data)
        elif kind == "xml":
            lxml.etree.fromstring(payload.data)
        else:
            for _ in csv.reader(io.StringIO(payload.data.decode("utf-8"), newline="")):
                pass
        yield 1


READERS = {"html": read_html, "xml": read_oai, "csv": read_table}


def compare(name: str, most: int) -> float:
    """Return how many times the CPU of bare parsing ours takes."""
    job = JOBS[name]
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "input"
        folder.mkdir()
        write_input(job, folder, most)

        def cpu(way: str, rounds: int) -> float:
            told = ["--child", name, way, str(folder), str(rounds)]
            return measure([sys.executable, __file__, *told]).cpu

        ratios = []
        for _ in range(TURNS):
            ours = cpu("ours", job.rounds + 1) - cpu("ours", 1)
            bare = cpu("bare", job.rounds + 1) - cpu("bare", 1)
            ratios.append(ours / max(bare, 0.001))
    return statistics.median(ratios)


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="tiny sizes: does it run at all?")
    parser.add_argument("--only", choices=list(JOBS), help="one of them")
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        name, way, folder, rounds = arguments.child
        job = JOBS[name]
        payloads = payloads_in(job, Path(folder))
        for _ in range(int(rounds)):
            if way == "bare":
                count = sum(parse_bare(payloads, job.suffix))
            else:
                count = sum(READERS[job.suffix](payloads, job.source))
            if not count:
                raise SystemExit("nothing was read")
        return
    for name in [arguments.only] if arguments.only else JOBS:
        ratio = compare(name, 10 if arguments.quick else sys.maxsize)
        bar = f"at most {BAR:.0f}" if name != "lean" else "none"
        say(f"{JOBS[name].title:<58}{ratio:>7.1f}x  (bar {bar})")


if __name__ == "__main__":
    main()
