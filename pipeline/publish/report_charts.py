"""The report's section with the charts of types, languages and years."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.publish.charts import Bar, bar_chart, column_chart
from pipeline.publish.figures import NO_VALUE, Figures
from pipeline.publish.markup import Markup, element, join
from pipeline.publish.report_parts import plural, section

MOST_BARS = 20
# Years further apart than this are shown without the empty ones between them.
MOST_YEARS = 500


def charts_section(figures: Figures, names: Mapping[str, str]) -> Markup:
    """Return the charts; `names` gives the names of types (by IRI) and languages (by tag)."""
    charts = join(
        [
            bar_chart("types", "Records by type", _bars(figures.types, names, "no type")),
            bar_chart(
                "languages",
                "Titles by language",
                _bars(figures.languages, names, "not settled"),
            ),
            column_chart("years", "Records by year of issue", _years(figures.years)),
        ]
    )
    undated = figures.years.get(NO_VALUE, 0)
    return section(
        "figures",
        "The catalogue in figures",
        element("div", charts, class_="charts")
        if charts
        else element("p", "There are no records."),
        element("p", f"{plural(undated, 'record')} without a date.", class_="note")
        if undated
        else "",
    )


def _bars(counts: dict[str, int], names: Mapping[str, str], nothing: str) -> list[Bar]:
    ordered = sorted(counts.items(), key=lambda pair: (pair[0] == NO_VALUE, -pair[1], pair[0]))
    bars = [Bar(names.get(key, key) or nothing, number) for key, number in ordered]
    if len(bars) <= MOST_BARS:
        return bars
    rest = bars[MOST_BARS - 1 :]
    return [*bars[: MOST_BARS - 1], Bar(f"{len(rest)} others", sum(bar.count for bar in rest))]


def _years(counts: dict[str, int]) -> list[Bar]:
    by_year: dict[int, int] = {}
    for key, number in counts.items():
        digits = key.removeprefix("-")
        if digits.isdecimal() and digits.isascii():
            by_year[int(key)] = by_year.get(int(key), 0) + number
    if not by_year:
        return []
    first, last = min(by_year), max(by_year)
    years = range(first, last + 1) if last - first < MOST_YEARS else sorted(by_year)
    return [Bar(str(year), by_year.get(year, 0)) for year in years]
