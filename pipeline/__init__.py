"""Cataloom: weaves resource listings into a linked-data catalogue."""

from __future__ import annotations

VERSION = "0.1.0"
