"""Charts as inline SVG: no script, no fixed width, readable by a screen reader and on paper.

Lengths are percentages of the place there is, so that text keeps its size on a narrow screen.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from pipeline.publish.markup import Markup, element, join

ROW_HEIGHT = 38
BAR_HEIGHT = 10
COLUMNS_HEIGHT = 180
AXIS_HEIGHT = 24
# More columns than this no longer stand apart on a phone.
MOST_COLUMNS = 40
# Labels under the columns, at most: each needs room for four digits.
MOST_TICKS = 6


class Bar(msgspec.Struct, frozen=True):
    """A value of a chart; `language` is the label's BCP 47 tag, where it has one."""

    label: str
    count: int
    language: str = ""


def bar_chart(name: str, title: str, bars: Sequence[Bar]) -> Markup:
    """Return a chart of horizontal bars, one below the other, as given.

    `name` makes the ids of its title and description unique in the page. No bars: nothing.
    """
    if not bars:
        return Markup("")
    longest = max(bar.count for bar in bars) or 1
    rows: list[Markup] = []
    for number, bar in enumerate(bars):
        top = number * ROW_HEIGHT
        rows += [
            element("text", bar.label, x="0", y=top + 16, class_="label", lang=bar.language),
            element("text", f"{bar.count:,}", x="100%", y=top + 16, class_="count"),
            _rectangle("0", top + 22, "100%", BAR_HEIGHT, "track"),
            _rectangle("0", top + 22, _percent(bar.count / longest), BAR_HEIGHT, "bar"),
        ]
    return _figure(name, title, bars, len(bars) * ROW_HEIGHT, join(rows))


def column_chart(name: str, title: str, columns: Sequence[Bar]) -> Markup:
    """Return a chart of upright columns, such as years, with a label under some of them.

    No columns: nothing. Where there are more than fit (`MOST_COLUMNS`), neighbours are joined.
    """
    if not columns:
        return Markup("")
    joined = _joined(columns)
    longest = max(column.count for column in joined) or 1
    width = 100 / len(joined)
    step = -(-len(joined) // MOST_TICKS)
    marks: list[Markup] = []
    for number, column in enumerate(joined):
        left = number * width
        height = round(column.count / longest * (COLUMNS_HEIGHT - AXIS_HEIGHT))
        top = COLUMNS_HEIGHT - height
        mark = _rectangle(
            f"{left + width * 0.1:.2f}%", top, f"{width * 0.8:.2f}%", height, "bar", column
        )
        marks.append(mark)
        middle = f"{left + width / 2:.2f}%"
        if column.count == longest:
            marks.append(
                element("text", f"{column.count:,}", x=middle, y=top - 6, class_="middle count")
            )
        if number % step == 0:
            marks.append(
                element("text", column.label, x=middle, y=COLUMNS_HEIGHT + 17, class_="middle tick")
            )
    axis = element("line", x1="0", x2="100%", y1=COLUMNS_HEIGHT, y2=COLUMNS_HEIGHT, class_="axis")
    return _figure(name, title, joined, COLUMNS_HEIGHT + AXIS_HEIGHT, join([*marks, axis]))


def _joined(columns: Sequence[Bar]) -> list[Bar]:
    size = -(-len(columns) // MOST_COLUMNS)
    if size == 1:
        return list(columns)
    groups = [columns[start : start + size] for start in range(0, len(columns), size)]
    return [
        Bar(
            group[0].label if len(group) == 1 else f"{group[0].label}–{group[-1].label}",
            sum(column.count for column in group),
        )
        for group in groups
    ]


def _rectangle(
    left: str, top: int, width: str, height: int, kind: str, bar: Bar | None = None
) -> Markup:
    shape = element("rect", x=left, y=top, width=width, height=height, class_=kind)
    if bar is None:
        return shape
    return element("g", element("title", f"{bar.label}: {bar.count:,}"), shape)


def _figure(name: str, title: str, bars: Sequence[Bar], height: int, marks: Markup) -> Markup:
    shown = "; ".join(f"{bar.label}: {bar.count:,}" for bar in bars)
    drawing = element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", shown, id=f"{name}-description"),
        marks,
        role="img",
        aria_labelledby=f"{name}-title {name}-description",
        width="100%",
        height=height,
        class_="chart",
    )
    return element("figure", element("figcaption", title), drawing)


def _percent(share: float) -> str:
    return f"{share * 100:.2f}%"
