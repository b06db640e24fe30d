"""Why no listing was found, and what to try."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin

from pipeline.errors import CataloomError, SourceError
from pipeline.extract.html_pages import parse_html
from pipeline.extract.payloads import shown
from pipeline.probe.doors import asks_for_login, doors_of, is_scripted
from pipeline.probe.page_index import PageIndex
from pipeline.probe.sample import Sample

FEW_LETTERS = 40


def nothing_found(sample: Sample, failures: Sequence[tuple[str, CataloomError]]) -> SourceError:
    """Return the error that says what was seen, and what may help."""
    name = sample.payload.name
    is_page = sample.text.lstrip("\ufeff \t\r\n").startswith("<")
    if is_page and (not failures or failures[0][0] in {"html-listing", "sitemap"}):
        return _of_page(sample, name, failures)
    if failures:
        kind, error = failures[0]
        return SourceError(
            f"looks like a source of the kind {kind}, but gives no records: {error}", where=name,
            expected="entries with titles",
            next_step="write the source file by hand, as docs/sources.md shows",
        )  # fmt: skip
    begins = shown(sample.text, 80)
    return SourceError(
        f"shows no entries; it begins {begins!r}", where=name,
        expected="entries with titles: a web page, feed, table, JSON, RDF, MARC, OAI-PMH, sitemap, "
        "or a page's text with a label above each entry",
        next_step="save the listing's page as HTML, or its data as CSV or JSON, and probe that",
    )  # fmt: skip


def _of_page(
    sample: Sample, name: str, failures: Sequence[tuple[str, CataloomError]]
) -> SourceError:
    try:
        root = parse_html(sample.text, name)
    except SourceError as error:
        return error
    index = PageIndex(root)
    letters = index.letters.get(index.body, 0)
    doors = doors_of(root, sample.address)
    told = shown(index.text(index.body), 80)
    if asks_for_login(root) and letters < 4000:  # noqa: PLR2004 - a form, and little else
        what, step = (
            "asks for a password",
            ("log in with a browser, save the listing's page as HTML only, and probe the file"),
        )
    elif is_scripted(root, letters):
        what, step = (
            "is built by scripts: without them it shows no entries",
            (
                "look for the site's feed, sitemap or interface (the network tab of the browser's "
                "inspector shows JSON that can be probed), or save the finished page from there"
            ),
        )
    elif letters < FEW_LETTERS:
        what, step = f"shows next to no text ({told!r})", "check the address in a browser"
    else:
        what = f"shows no repeated entries with titles; its text begins {told!r}"
        step = (
            "check that this is the page of the listing and not of one entry; if it is, name the "
            "selectors by hand, as docs/sources.md shows"
        )
    own = [error for kind, error in failures if kind == "html-listing"]
    if own:
        what += f" ({own[0]})"
    if sample.is_live and not asks_for_login(root):
        root_address = urljoin(sample.address, "/sitemap.xml")
        step += f"; pages that describe one resource each are read by way of {root_address}"
    if doors:
        step = f"{doors[0]}; or {step}"
    return SourceError(what, where=name, expected="a page with a listing", next_step=step)
