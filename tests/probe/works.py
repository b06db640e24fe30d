# ruff: noqa: E501 - markup and data stand here in lines as long as they are
"""Made-up works that the listings of these tests show, and what a listing of them must give."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

HOST = "https://library.example"


class Work(NamedTuple):
    """One work; `path` is where its page stands, `pdf` its file."""

    title: str
    abstract: str
    kind: str
    year: int
    day: str
    author: str
    tags: tuple[str, ...]
    path: str
    pdf: str

    @property
    def page(self) -> str:
        return HOST + self.path

    @property
    def file(self) -> str:
        return HOST + self.pdf


_TITLES = (
    ("Keeping the accounts of a village bank", "Guide", "Amina Diallo", ("savings", "rural areas")),
    ("Weather insurance for small farmers: what we learned", "Report", "Jonas Weber", ("insurance",)),
    ("Listening to clients before a loan is renewed", "Case study", "Lucía Romero",
     ("client protection", "credit")),
    ("How to read a balance sheet in an afternoon", "Guide", "Peter Okello", ("accounting",)),
    ("Measuring the carbon of a loan portfolio", "Tool", "Mei Tanaka", ("environment", "credit")),
    ("Women, land and the price of water", "Report", "Fatou Sarr", ("gender", "water", "land")),
    ("A checklist for fair debt collection", "Tool", "Ana Ribeiro", ("client protection",)),
    ("Solar pumps on credit in the dry corridor", "Case study", "Carlos Mejía", ("energy", "water")),
    ("Training loan officers to say no", "Guide", "Ruth Mwangi", ("training", "credit")),
    ("Ten years of savings groups in the highlands", "Report", "Ilse Baumann", ("savings",)),
    ("Mobile money and the cost of a mistake", "Case study", "Samuel Boateng", ("mobile money",)),
    ("Setting targets that staff believe in", "Guide", "Nora Lindqvist", ("management", "training")),
)  # fmt: skip
_SENTENCES = (
    "The authors spent two seasons with the people who use the service and wrote down what they saw.",
    "It explains each step with an example taken from the field and a form to copy.",
    "Managers will find figures on cost, time and staff, and a list of what went wrong.",
    "A last part asks what a small organisation can do with what it has.",
    "The findings come from four districts and more than nine hundred interviews.",
    "Tables at the end may be used freely in courses for new staff.",
    "Its point is simple: ask first, count later, and tell clients what was found.",
)


def _abstract(number: int) -> str:
    chosen = [_SENTENCES[(number * 3 + step) % len(_SENTENCES)] for step in range(1 + number % 3)]
    return f"Number {number + 1} of the series is about {_TITLES[number][3][0]}. " + " ".join(
        chosen
    )


def _work(number: int) -> Work:
    title, kind, author, tags = _TITLES[number]
    slug = "-".join(title.lower().replace(":", "").replace(",", "").split()[:4])
    year = 2009 + (number * 5) % 14
    return Work(
        title, _abstract(number), kind, year, f"{year}-{1 + number:02}-{3 + 2 * number:02}", author,
        tags, f"/resources/{slug}", f"/files/{slug}.pdf",
    )  # fmt: skip


WORKS = tuple(_work(number) for number in range(len(_TITLES)))
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip


def long_day(work: Work) -> str:
    """Return the date in words: 3 January 2009."""
    year, month, day = work.day.split("-")
    return f"{int(day)} {MONTHS[int(month) - 1]} {year}"


class Case(NamedTuple):
    """A listing: a page and what it must give.

    `fields` maps a field to the values of each entry, in order.
    """

    name: str
    text: str
    fields: dict[str, list[tuple[str, ...]]]
    kind: str = "html-listing"
    extension: str = "html"


def expected(*names: str, works: tuple[Work, ...] = WORKS) -> dict[str, list[tuple[str, ...]]]:
    """Return what `works` must give in these fields."""
    give: dict[str, Callable[[Work], tuple[str, ...]]] = {
        "title": lambda work: (work.title,),
        "description": lambda work: (work.abstract,),
        "type": lambda work: (work.kind,),
        "year": lambda work: (str(work.year),),
        "day": lambda work: (work.day,),
        "long_day": lambda work: (long_day(work),),
        "creator": lambda work: (work.author,),
        "subject": lambda work: work.tags,
        "page": lambda work: (work.page,),
        "file": lambda work: (work.file,),
    }
    field = {"year": "date", "day": "date", "long_day": "date"}
    return {field.get(name, name): [give[name](work) for work in works] for name in names}
