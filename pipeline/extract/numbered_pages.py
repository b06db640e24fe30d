"""The addresses of the numbered pages of a live listing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from urllib.parse import quote_plus

from pipeline.errors import SettingsError
from pipeline.extract.address import with_parameter, without_parameter
from pipeline.extract.payloads import MOST_FILES
from pipeline.settings import Paging, Source

PLACE = "{page}"
"""Where `location` takes the number of the page."""


def check_paging(source: Source) -> None:
    """Raise `SettingsError` where nothing says where the number of the page is to be put."""
    placed = PLACE in source.location
    if source.paging is None and placed:
        what, expected = f"key 'location': holds {PLACE}, but pages are not numbered", "[paging]"
    elif source.paging is None or bool(source.paging.parameter.strip()) != placed:
        return
    elif placed:
        what = f"key 'paging.parameter': 'location' holds {PLACE} too"
        expected = "the number of the page in one place"
    else:
        what = "key 'paging': does not say where the number of the page is put"
        expected = f"parameter = \"page\" for …?page=2, or {PLACE} in 'location'"
    raise SettingsError(
        what, where=source.file or source.name, expected=expected,
        next_step="look at the address of the listing's second page in a browser",
    )  # fmt: skip


def page_addresses(location: str, paging: Paging) -> Iterator[str]:
    """Return the addresses of the pages, at most `MOST_FILES`."""
    end = paging.last + 1 if paging.last else paging.first + MOST_FILES * paging.step
    numbers = range(paging.first, end, paging.step)
    return (page_address(location.strip(), paging, number)
            for number in islice(numbers, MOST_FILES))  # fmt: skip


def page_address(location: str, paging: Paging, number: int) -> str:
    """Return the address of the page `number`; what else the query holds stays as it is written.

    >>> page_address("https://example.org/list?q=a%20b&page=1", Paging(parameter="page"), 3)
    'https://example.org/list?q=a%20b&page=3'
    """
    if PLACE in location:
        return location.replace(PLACE, str(number))
    bare = without_parameter(location, paging.parameter)
    return with_parameter(bare, f"{quote_plus(paging.parameter)}={number}")
