"""Payloads -> source records, against bare parsing of the same bytes, in one run.

`python tests/benchmarks/bench_extract.py [--quick]`

Ours is all that `pipeline.extract.pages` does with saved files: reading them, finding them kept,
decoding, parsing, selecting, making records. Bare is reading the same files and giving the bytes to
lxml.html or lxml.etree, or their text to csv.reader, and no more. Each is a process of its own;
what it takes for its start and the first reading is taken off. Ours and bare take turns; the ratio
is the median.
"""

from __future__ import annotations

import argparse
import csv
import io
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from pipeline.kinds import Field, HtmlSettings, OaiSettings  # noqa: E402 - found only now
from pipeline.model import Record  # noqa: E402
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
    bare: str
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
        bare="html",
        sizes=(500,) * 16,
        suffix="html",
        rounds=2,
    ),
    "lean": Job(
        title="HTML of hardly any markup, five fields / lxml.html",
        source=_source("html-listing", "html", html=LEAN),
        write=made_up_pages.lean_page,
        bare="html",
        sizes=(500,) * 32,
        suffix="html",
        rounds=2,
    ),
    "oai": Job(
        title="OAI pages of 100 and of 500 records, oai_dc / lxml.etree",
        source=_source("oai-pmh", "xml", oai=OaiSettings()),
        write=made_up_pages.oai_page,
        bare="xml",
        sizes=(100, 500) * 8,
        suffix="xml",
        rounds=3,
    ),
    "csv": Job(
        title="CSV of 20,000 rows, nine columns / csv.reader",
        source=_source("table", "csv"),
        write=made_up_pages.csv_table,
        bare="csv",
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


def read_ours(job: Job, folder: Path, rounds: int) -> int:
    """Make source records of all files, as often as is said; return how many each time."""
    from pipeline.extract import pages
    from pipeline.extract.access import Access

    count = 0
    for _ in range(rounds):
        access = Access(folder, folder.parent / "payloads")
        count = sum(len(page.records) for page in pages(job.source, access))
    return count


def read_bare(job: Job, folder: Path, rounds: int) -> int:
    """Parse all files and do nothing with what is found; return how many files there are."""
    import lxml.etree
    import lxml.html

    files = sorted(folder.glob(f"*.{job.suffix}"))
    for _ in range(rounds):
        for file in files:
            if job.bare == "html":
                lxml.html.fromstring(file.read_bytes())
            elif job.bare == "xml":
                lxml.etree.fromstring(file.read_bytes())
            else:
                for _row in csv.reader(io.StringIO(file.read_bytes().decode("utf-8"), newline="")):
                    pass
    return len(files)


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

        cpu("ours", 1)  # the payloads are kept now, and not again
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
        read = read_ours if way == "ours" else read_bare
        if not read(JOBS[name], Path(folder), int(rounds)):
            raise SystemExit("nothing was read")
        return
    for name in [arguments.only] if arguments.only else JOBS:
        ratio = compare(name, 10 if arguments.quick else sys.maxsize)
        bar = f"at most {BAR:.0f}" if name != "lean" else "none"
        say(f"{JOBS[name].title:<58}{ratio:>7.1f}x  (bar {bar})")


if __name__ == "__main__":
    main()
