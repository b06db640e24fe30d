"""Every doubtful case that `text_entries` lists: how it is read, and that it is shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.model import Page

ReadText = Callable[..., Page]
PROSE = "The note describes how loan officers speak with borrowers who are late with a payment."
MORE = "A second paragraph tells what the institution learned from complaints and how it acted."
FIRST = f"Publications\nA study\n{PROSE}\n"
LAST = f"Publications\nAnother study\n{PROSE}\n"


def titles(page: Page) -> list[str]:
    return [record.fields["title"][0] for record in page.records]


def abstracts(page: Page) -> list[str]:
    return [" / ".join(record.fields.get("description", ())) for record in page.records]


def messages(page: Page) -> str:
    issues = [issue for record in page.records for issue in record.issues] + list(page.issues)
    assert all(issue.stage == "extract" and issue.source == "demo" for issue in issues)
    return "\n".join(issue.message for issue in issues)


def test_a_title_that_is_a_label(read_text: ReadText) -> None:
    page = read_text(f"{FIRST}Guidelines\nGuidelines\n{PROSE}\n{LAST}")
    assert titles(page) == ["A study", "Guidelines", "Another study"]
    assert abstracts(page) == [PROSE, PROSE, PROSE]
    assert messages(page) == ""


@pytest.mark.parametrize("below", ["Key points", "Key points.", ""])
def test_a_title_that_is_a_label_over_little(below: str, read_text: ReadText) -> None:
    page = read_text(f"{FIRST}Guidelines\nGuide/Manual\n{below}\n{LAST}")
    assert titles(page) == ["A study", "Guide/Manual", "Another study"]
    assert abstracts(page)[1] == below
    assert "is a label where a title is expected" in messages(page)
    assert page.records[1].issues[0].identifier == page.records[1].locator.position


def test_a_label_that_stands_loose(read_text: ReadText) -> None:
    page = read_text(f"{FIRST}Guidelines\nGuide/Manual\nTips for trainers\n{PROSE}\n{LAST}")
    assert titles(page) == ["A study", "Tips for trainers", "Another study"]
    assert abstracts(page)[0] == PROSE
    (issue,) = page.issues
    assert "line 4 ('Guidelines')" in issue.message
    assert issue.identifier == ""


def test_filters_above_the_entries(read_text: ReadText) -> None:
    filters = "Case studies & Field examples\nGuidelines\nGuide/Manual\nPublications\n"
    page = read_text(f"Resources\n{filters}{FIRST}{LAST}")
    assert titles(page) == ["A study", "Another study"]
    assert messages(page) == ""
    page = read_text("Resources\n" + filters + FIRST.partition("\n")[2] + LAST)
    assert titles(page) == ["A study", "Another study"]
    assert "taken for filters" in messages(page)


def test_filters_with_counts(read_text: ReadText) -> None:
    page = read_text(f"Guidelines\n(12)\nGuide/Manual\n(7)\n437 entries were found.\n{FIRST}{LAST}")
    assert titles(page) == ["A study", "Another study"]
    page = read_text(f"Guidelines\n(12)\nGuide/Manual\n(7)\n{FIRST}{LAST}")
    assert titles(page) == ["A study", "Another study"]
    page = read_text(f"{FIRST}Guidelines\n(12)\n{LAST}")
    assert titles(page) == ["A study", "Another study"]
    assert "has no letter" in messages(page)


def test_a_label_inside_an_abstract(read_text: ReadText) -> None:
    page = read_text(f"{FIRST}Guidelines\n{MORE}\n{LAST}")
    assert titles(page) == ["A study", "Another study"]
    assert abstracts(page)[0] == f"{PROSE}\nGuidelines\n{MORE}"
    assert "line 4 ('Guidelines') is a label above prose" in messages(page)


def test_prose_as_a_title_above_an_abstract(read_text: ReadText) -> None:
    page = read_text(f"{FIRST}Guidelines\n{MORE}\n{PROSE}\n{LAST}")
    assert titles(page) == ["A study", MORE, "Another study"]
    assert "reads like an abstract" in messages(page)


def test_prose_as_the_only_title(read_text: ReadText) -> None:
    page = read_text(f"Guidelines\n{MORE}\n{FIRST}{LAST}")
    assert titles(page) == [MORE, "A study", "Another study"]
    assert "reads like an abstract" in messages(page)


def test_prose_is_a_title_where_all_titles_are(read_text: ReadText) -> None:
    page = read_text(f"Guidelines\n{PROSE}\nGuidelines\n{MORE}\nPublications\n{PROSE}")
    assert titles(page) == [PROSE, MORE, PROSE]
    assert messages(page) == ""


def test_a_line_longer_than_a_title_is_none(read_text: ReadText) -> None:
    page = read_text(f"{FIRST}Guidelines\n{MORE}\n{LAST}", title_longest=50)
    assert abstracts(page)[0] == f"{PROSE}\nGuidelines\n{MORE}"
    assert "'text.title_longest'" in messages(page)
    page = read_text(f"Guidelines\n{MORE}\n{LAST}", title_longest=50)
    assert titles(page) == ["Another study"]
    assert "both were left out" in messages(page)


@pytest.mark.parametrize(
    "title", ["Resources", "Discover", "Newsletter", "Next", "Share", "2 of 3 results"]
)
def test_a_title_that_looks_like_furniture(title: str, read_text: ReadText) -> None:
    page = read_text(f"{FIRST}Guidelines\n{title}\n{PROSE}\n{LAST}")
    assert titles(page) == ["A study", title, "Another study"]
    assert messages(page) == ""
    page = read_text(
        f"Guidelines\n{title}\nPublications\nOther\n{LAST}Guidelines\n{title}\n{PROSE}"
    )
    assert titles(page) == [title, "Other", "Another study", title]


def test_a_menu_of_labels_below_the_entries(read_text: ReadText) -> None:
    menu = "1 2 3 Next\nGuidelines\nPublications\nWebinars\nContact us\n© 2024"
    page = read_text(FIRST + LAST + menu)
    assert titles(page) == ["A study", "Another study"]
    assert "2 labels from line 8 on" in messages(page)
    assert page.issues[0].severity == "info"


def test_a_menu_without_page_numbers(read_text: ReadText) -> None:
    page = read_text(f"{FIRST}{LAST}Guidelines\nContact us\nFacebook")
    assert titles(page) == ["A study", "Another study"]
    assert abstracts(page)[1] == PROSE
    assert "look like a menu" in messages(page)


def test_a_label_at_the_very_end(read_text: ReadText) -> None:
    page = read_text(f"{FIRST}{LAST}Guidelines")
    assert len(page.records) == 2
    assert "without a title below it" in messages(page)


def test_short_lines_below_the_last_entry(read_text: ReadText) -> None:
    page = read_text(f"{FIRST}{LAST}Our offices\nPress room")
    assert abstracts(page) == [PROSE, PROSE]
    assert "may be the page's end; left out" in messages(page)
    assert page.records[1].issues


def test_prose_below_the_last_entry(read_text: ReadText) -> None:
    page = read_text(f"{FIRST}{LAST}{MORE}")
    assert abstracts(page) == [PROSE, f"{PROSE}\n{MORE}"]
    assert "may be the page's end, as no other abstract is so long" in messages(page)


def test_a_single_entry_has_nothing_to_compare_with(read_text: ReadText) -> None:
    assert messages(read_text(FIRST + MORE)) == ""
    page = read_text(FIRST + "Press room")
    assert abstracts(page) == [PROSE]
    assert "left out" in messages(page)


def test_an_entry_under_an_unknown_label(read_text: ReadText) -> None:
    page = read_text(f"{FIRST}Videos\nA talk on savings\n{PROSE}\n{LAST}")
    assert abstracts(page) == [PROSE, PROSE]
    assert "whose label 'text.labels' lacks" in messages(page)
    page = read_text(f"Guidelines\nFair\nVideos\nA talk on savings\n{PROSE}\n{LAST}")
    assert "add it to 'text.labels'" in messages(page)
    assert "A talk on savings" in abstracts(page)[0]


def test_an_unknown_label_in_many_entries(read_text: ReadText) -> None:
    text = "".join(f"Guidelines\nT {n}\n{PROSE}\nVideos\nA talk {n}\n{PROSE}\n" for n in range(4))
    assert "'text.labels' if entries begin with it" in messages(read_text(text))


def test_a_menu_in_the_middle_is_shown(read_text: ReadText) -> None:
    page = read_text(f"Online Guide\nRead the guide\n{FIRST}Online Guide\nRead the guide\n{LAST}")
    assert abstracts(page) == [PROSE, PROSE]
    assert "look like page furniture" in messages(page)


def test_a_title_that_may_run_on(read_text: ReadText) -> None:
    entry = f"Guidelines\n\nTitle {{}}\n\n{PROSE}\n\n"
    text = "".join(entry.format(n) for n in range(3)) + f"Guidelines\n\nA long\ntitle\n\n{PROSE}"
    page = read_text(text)
    assert titles(page)[-1] == "A long"
    assert "may belong to it" in messages(page)
