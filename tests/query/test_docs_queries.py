"""The questions of docs/querying.md, asked of our own release.

To write their answers anew: CATALOOM_GOLDEN=1 python -m pytest tests/query/test_docs_queries.py
"""

from __future__ import annotations

import io
import os
import re
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.query import query
from pipeline.query.prefixes import predeclared
from pipeline.release import current
from pipeline.settings import QuerySettings

DOCUMENT = Path(__file__).parents[2] / "docs" / "querying.md"
BASE = "https://w3id.org/sepm-resources/"
WIDTH = 100
QUESTIONS = 10

# A question, its query, its answer.
_EXAMPLE = re.compile(r"^### (\d+\. .+?)\n(?:.*?)^```sparql\n(.*?)^```\n\n```text\n(.*?)^```\n",
                      re.DOTALL | re.MULTILINE)  # fmt: skip


class Example(NamedTuple):
    """A question of the document and the answer that it prints."""

    question: str
    sparql: str
    answer: str


EXAMPLES = [Example(*found) for found in _EXAMPLE.findall(DOCUMENT.read_text(encoding="utf-8"))]


def ask(folder: Path, sparql: str) -> str:
    output = io.BytesIO()
    graph = current(folder / "output") / "graph"
    query(graph, sparql, output, limits=QuerySettings(), base=BASE, width=WIDTH)
    return output.getvalue().decode()


def test_the_document_asks_ten_questions() -> None:
    assert [example.question.partition(".")[0] for example in EXAMPLES] == [
        str(number) for number in range(1, QUESTIONS + 1)
    ]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.question for example in EXAMPLES])
def test_an_answer_is_as_documented(own_release: Path, example: Example) -> None:
    answer = ask(own_release, example.sparql)
    if os.environ.get("CATALOOM_GOLDEN") == "1":
        text = DOCUMENT.read_text(encoding="utf-8")
        before = f"{example.sparql}```\n\n```text\n"
        assert text.count(f"{before}{example.answer}```") == 1
        text = text.replace(f"{before}{example.answer}```", f"{before}{answer}```")
        DOCUMENT.write_text(text, encoding="utf-8")
        return
    assert answer == example.answer


def test_every_prefix_is_documented() -> None:
    section = DOCUMENT.read_text(encoding="utf-8").partition("## Prefixes")[2].partition("\n## ")[0]
    documented = set(re.findall(r"`([a-z]+):`", section))
    assert documented == set(predeclared(BASE))
