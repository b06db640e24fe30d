"""What each channel has to be told of a run: each has its own memory of what it took."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from pipeline.runs import Incident, RunLine, incidents_after, is_gone

KINDS = ("failure", "reminder", "recovery")


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What one channel is to be told: keys that are wrong, by kind, and what is right again.

    `gone` are those of the latter that are no sources any more.
    """

    failure: tuple[str, ...] = ()
    reminder: tuple[str, ...] = ()
    recovery: dict[str, Incident] = {}
    gone: frozenset[str] = frozenset()

    @property
    def kinds(self) -> frozenset[str]:
        """Return the kinds of message that are due."""
        return frozenset(kind for kind in KINDS if getattr(self, kind))


def with_incidents(
    before: RunLine | None,
    line: RunLine,
    remind_days: int,
    channels: Sequence[str],
    deliver: Callable[[str, Due], Mapping[str, str]],
    configured: Collection[str] | None = None,
) -> RunLine:
    """Return a run's line with what is wrong after it, each channel having been told what is due.

    `deliver` sends a channel what is due and returns, by kind, why it was not taken. That is due
    again with the next run, for that channel alone. `configured` as `incidents_after` has it.
    """
    known = before.open if before else {}
    after, _ = incidents_after(known, line, remind_days, configured)
    told: dict[str, dict[str, str]] = {key: {} for key in after}
    heard: dict[str, dict[str, tuple[str, ...]]] = {key: {} for key in after}
    kinds: set[str] = set()
    undelivered: dict[str, str] = {}
    owed: dict[str, dict[str, Incident]] = {}
    for channel in channels:
        view = {key: one.as_told_by(channel) for key, one in known.items()}
        seen, keys = incidents_after(view, line, remind_days, configured)
        left = before.owed.get(channel, {}) if before else {}
        again = {key: one for key, one in left.items() if key not in line.problems}
        right = again | {key: known[key] for key in keys["recovery"] if view[key].told}
        due = Due(
            failure=tuple(keys["failure"]),
            reminder=tuple(keys["reminder"]),
            recovery=right,
            gone=frozenset(key for key in right if is_gone(key, configured)),
        )
        kinds |= due.kinds
        problems = deliver(channel, due) if due.kinds else {}
        if problems:
            undelivered[channel] = "; ".join(dict.fromkeys(problems.values()))
        if "recovery" in problems:
            owed[channel] = due.recovery
        missed = {key for kind in problems if kind != "recovery" for key in keys[kind]}
        for key in seen:
            one = view.get(key) if key in missed else seen[key]
            if one is not None and one.told:
                told[key][channel], heard[key][channel] = one.told, one.kinds
    return msgspec.structs.replace(
        line,
        open={
            key: msgspec.structs.replace(
                one, told=max(told[key].values(), default=""), channels=told[key], heard=heard[key]
            )
            for key, one in after.items()
        },
        alert=tuple(kind for kind in KINDS if kind in kinds),
        undelivered=undelivered,
        owed=owed,
    )


def is_known(before: RunLine | None, after: RunLine) -> bool:
    """Say whether all that is wrong was wrong before, and people had been told of it already.

    One channel that took it is enough; where none is set nobody was told.
    """
    known = before.open if before else {}
    return bool(after.problems) and all(
        key in known and one.channels and one.channels == known[key].channels
        for key, one in ((key, after.open[key]) for key in after.problems)
    )
