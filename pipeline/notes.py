"""What is said beside how runs end, such as a damaged old release: once, then again each week."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from pipeline.runs import days_between

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Notes:
    """Says a line through `say`, where it `repeats` each time; else as people are told of problems.

    What a note says of the time does not make it another one.
    """

    def __init__(self, say: Callable[[str], None], *, repeats: bool = True) -> None:
        self.say = say
        self.said: dict[str, str] = {}
        self._repeats = repeats
        self._before: Mapping[str, str] = {}
        self._clock, self._days = "", 0

    def recall(self, before: Mapping[str, str], clock: str, days: int) -> None:
        """Take up what the run before said and when; this one began at `clock`."""
        self._before, self._clock, self._days = before, clock, days

    def __call__(self, line: str) -> None:
        """Say a line, unless that was done in the last days."""
        key = MOMENT.sub("…", line)
        last = self._before.get(key) or self.said.get(key)
        if last and 0 <= days_between(last, self._clock) < self._days:
            self.said[key] = last
            if not self._repeats:
                return
        else:
            self.said[key] = self._clock
        self.say(line)
