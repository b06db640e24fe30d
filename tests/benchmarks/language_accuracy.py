"""How often the language of a short title is settled, and how often rightly.

`python tests/benchmarks/language_accuracy.py [PARALLEL]`: PARALLEL is a folder of line-aligned
translations, `*.eng.txt`, `*.spa.txt`, …. Titles are its short sentences and first clauses (3 to 12
words); a title's abstract is the next long sentence of the same text. German and Italian stand
for languages that the source does not name.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from pipeline.clean.language import decide
from pipeline.settings import LanguageSettings

PARALLEL = Path(__file__).parents[2].parent / "shared" / "samples" / "text" / "parallel"
FILES = {
    "en": "*.eng.txt", "es": "*.spa.txt", "fr": "*.fra.txt", "pt": "*.por.txt",
    "de": "*.deu.txt", "it": "*.ita.txt",
}  # fmt: skip
SOURCE = ("en", "es", "fr", "pt")
NEIGHBOURS = {"en": "es", "es": "pt", "pt": "es", "fr": "en"}
CLAUSE = re.compile(r"[,;:–—(]| - ")
SHORTEST, LONGEST = 3, 12  # words of a title
LONGER = 5


class Sample(msgspec.Struct, frozen=True):
    """A title with its language, and an abstract of the same text."""

    language: str
    title: str
    abstract: str


class Accuracy(msgspec.Struct, frozen=True):
    """Shares of titles: with a tag, with the right one among those, with a wrong one of all."""

    count: int
    coverage: float
    precision: float
    wrong: float


def samples(folder: Path, languages: Sequence[str]) -> Iterator[Sample]:
    """Yield the titles of each language, each once."""
    for language in languages:
        lines = next(folder.glob(FILES[language])).read_text(encoding="utf-8").splitlines()
        long = [line for line in lines if len(line.split()) > LONGEST]
        seen: set[str] = set()
        for place, line in enumerate(lines):
            for title in (line, CLAUSE.split(line)[0].strip()):
                if SHORTEST <= len(title.split()) <= LONGEST and title not in seen:
                    seen.add(title)
                    yield Sample(language, title, long[place % len(long)])


def accuracy(titles: Sequence[Sample], abstract_language: Callable[[Sample], str]) -> Accuracy:
    """Return how the titles come out; the prior of each is what `abstract_language` says."""
    thresholds = LanguageSettings()
    tags = [
        decide(sample.title, SOURCE, thresholds, prior=abstract_language(sample)).tag
        for sample in titles
    ]
    tagged = [(tag, sample) for tag, sample in zip(tags, titles, strict=True) if tag]
    right = sum(tag == sample.language for tag, sample in tagged)
    return Accuracy(
        count=len(titles),
        coverage=len(tagged) / len(titles),
        precision=right / len(tagged) if tagged else 1.0,
        wrong=(len(tagged) - right) / len(titles),
    )


def own_abstract(sample: Sample) -> str:
    """Return the language of the title's abstract, as it is settled without any prior."""
    return decide(sample.abstract, SOURCE, LanguageSettings()).tag


def main(folder: Path) -> None:
    """Print the figures."""
    known = list(samples(folder, SOURCE))
    foreign = list(samples(folder, ("de", "it")))
    decide(known[0].title, SOURCE, LanguageSettings())  # loads the models
    longer = [sample for sample in known if len(sample.title.split()) >= LONGER]
    rows: dict[str, Callable[[], Accuracy]] = {
        "abstract in the same language": lambda: accuracy(known, own_abstract),
        f"the same, from {LONGER} words": lambda: accuracy(longer, own_abstract),
        "no abstract": lambda: accuracy(known, lambda _: ""),
        "abstract in another language": lambda: accuracy(known, lambda s: NEIGHBOURS[s.language]),
        "German, Italian; abstract too": lambda: accuracy(foreign, own_abstract),
        "German, Italian; abstract English": lambda: accuracy(foreign, lambda _: "en"),
    }
    write = sys.stdout.write
    write(
        f"{'titles of 3 to 12 words':36}{'count':>7}{'tagged':>9}{'right':>9}{'wrong of all':>14}\n"
    )
    for name, run in rows.items():
        row = run()
        write(f"{name:36}{row.count:7}{row.coverage:9.2%}{row.precision:9.2%}{row.wrong:14.2%}\n")
    start = time.process_time()
    for sample in known:
        own_abstract(sample)
    abstracts = (time.process_time() - start) / len(known)
    start = time.process_time()
    accuracy(known, lambda sample: sample.language)
    titles = (time.process_time() - start) / len(known)
    write(f"CPU: {abstracts * 1e6:.0f} µs an abstract, {titles * 1e6:.0f} µs a title\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else PARALLEL)
