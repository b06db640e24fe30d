"""A JSON document or JSON Lines -> its entries and the paths of their fields (JMESPath)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from pipeline.extract.json_document import next_in_header
from pipeline.extract.json_entries import LINK_HEADER
from pipeline.kinds import OWN_KEY, Field
from pipeline.probe.detect import parsed_json
from pipeline.probe.json_paths import find_paths
from pipeline.probe.json_structure import Entries, find_entries, quoted
from pipeline.probe.proposal import Proposal, field_lines
from pipeline.probe.sample import Sample
from pipeline.probe.toml_text import Line

KEY = re.compile(r'"(?:[^"\\]|\\.)*"|\w+')
NEXT = re.compile(r"(?:^|_|\.)next(?:_?(?:page|url|link|href))?$|nextPage|nextLink", re.I)
TOTALS = ("total", "count", "total_count", "totalcount", "totalresults", "total_results",
          "numfound", "totalitems", "hydra:totalitems", "total_items", "hits", "recordcount",
          "nhits", "size")  # fmt: skip
PAGES = ("page", "offset", "start", "skip", "from", "p")


def propose_json(sample: Sample) -> Proposal | None:
    """Return the proposal for JSON, or None where no list of objects has titles."""
    document = parsed_json(sample.text.lstrip("\ufeff"))
    several = max(1, len(sample.copies)) if "*" in sample.location else 1
    found = find_entries(document, several)
    if found is None:
        return None
    lines = _are_lines(sample.text)
    levels = () if lines and found.levels == ("@",) else found.levels
    fields = find_paths(found)
    if "title" not in fields:
        return None
    proposal = Proposal(
        kind="json", location=sample.location, site=sample.location if sample.is_live else ""
    )
    table = []
    if levels:
        table.append(
            Line("levels", levels, "From the document down to its entries. "
                 "What stands above an entry is `_parents`, the last one the nearest.")
        )  # fmt: skip
    if next_in_header(sample.payload.headers.get("link", "")):
        table.append(Line("next", LINK_HEADER, "The server names it in its Link header."))
    elif not lines and isinstance(document, dict):
        table += list(_turning(document, found, sample, proposal))
    proposal.tables["json"] = table
    if OWN_KEY in fields:
        proposal.key = (OWN_KEY,)
    proposal.tables["json.fields"] = [*field_lines(fields), *_unused(found, fields)]
    return proposal


def _are_lines(text: str) -> bool:
    first = text.lstrip("\ufeff \t\r\n").splitlines()[0] if text.strip() else ""
    return parsed_json(first) is not None and len(text.strip().splitlines()) > 1


def _turning(
    document: Mapping[str, object], found: Entries, sample: Sample, proposal: Proposal
) -> Iterator[Line]:
    count, total = found.number, 0
    for path, value in _scalars(document, ""):
        name = path.rpartition(".")[2].strip('"').lower()
        if (
            isinstance(value, int)
            and not isinstance(value, bool)
            and name in TOTALS
            and value >= count
        ):
            total = value
            yield Line("total", path, "How many entries the source says it has.")
            break
    for path, value in _scalars(document, ""):
        if NEXT.search(path.replace('"', "")) and (
            isinstance(value, str) and ("/" in value or "?" in value)
        ):
            if sample.is_live:
                yield Line("next", path, "The address of the next page.")
            return
    query = dict(parse_qsl(urlsplit(sample.location).query)) if sample.is_live else {}
    parameter = next((name for name in PAGES if name in query), "")
    if sample.is_live and parameter and query[parameter].isdigit():
        first = int(query[parameter])
        step = count if parameter in {"offset", "start", "skip", "from"} else 1
        proposal.paging = [
            Line("parameter", parameter, "The address asks for pages by this parameter."),
            Line("first", first), Line("step", max(1, step)),
        ]  # fmt: skip
    elif total > count:
        proposal.notes.append(
            f"The document says that there are {total} entries and holds {count}: look in the "
            "interface's documentation how the others are asked for, and write it as [paging]."
        )


def _scalars(value: object, path: str, depth: int = 0) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and depth < 4:  # noqa: PLR2004
        for key, item in list(value.items())[:100]:
            yield from _scalars(
                item, f"{path}.{quoted(str(key))}" if path else quoted(str(key)), depth + 1
            )
    elif not isinstance(value, (list, dict)):
        yield path, value


def _unused(found: Entries, fields: Mapping[str, tuple[Field, str]]) -> Iterator[Line]:
    used = {name for field, _ in fields.values() for name in KEY.findall(field.select)}
    keys = dict.fromkeys(str(key) for entry in found.entries[:50] for key in entry)
    left = [key for key in keys if quoted(key) not in used][:20]
    for number, key in enumerate(left):
        comment = "Keys without a field. Name the field, and take the # away." if not number else ""
        yield Line(f"field-{number + 1}", quoted(key), comment, off=True)
