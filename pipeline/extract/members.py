"""What stands in an object of JSON's kind, of which nothing is certain: texts, objects, lists."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.extract.json_paths import text_of

Object = Mapping[str, object]


def text_in(holder: Object, name: str) -> str:
    """Return the text or number under `name`, or an empty text where there is none.

    >>> text_in({"a": "x", "b": 7, "c": ["y"]}, "b"), text_in({"c": ["y"]}, "c")
    ('7', '')
    """
    value = holder.get(name)
    return "" if isinstance(value, dict | list | bool) else text_of(value)


def object_of(value: object) -> Object:
    """Return `value` where it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_of(value: object) -> list[Object]:
    """Return the objects in `value` where it is a list, else none."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
