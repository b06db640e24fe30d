"""What keeps the metadata of one syntax on a page from being read."""

from __future__ import annotations


class UnreadableError(Exception):
    """The markup is too much, or broken in a way that it cannot be read; the text says what."""
