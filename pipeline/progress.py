"""What a person sees of a run, on stderr: progress on a terminal, and in any case what is wrong."""

from __future__ import annotations

import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import msgspec

from pipeline.errors import CataloomError, show_path
from pipeline.notes import Notes
from pipeline.read_elsewhere import with_folder
from pipeline.runs import CATALOGUE

if TYPE_CHECKING:
    from rich.status import Status

    from pipeline.ending import Outcome

UNEXPECTED, INTERRUPTED = 1, 130


class Progress:
    """Shows what a run is doing while it does it; silent where `stream` is no terminal."""

    @property
    def notes(self) -> Notes:
        """Return what takes notes; what is known is repeated to who looks on."""
        return Notes(self.warn, repeats=self._stream.isatty())

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._status: Status | None = None

    def __enter__(self) -> Progress:
        if self._stream.isatty():
            from rich.console import Console

            self._status = Console(file=self._stream).status("Starting …")
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._status is not None:
            self._status.stop()

    def tell(self, line: str) -> None:
        """Show what is being done now."""
        if self._status is not None:
            from rich.markup import escape

            self._status.update(escape(line))

    def warn(self, line: str) -> None:
        """Say what is not in order; it stops nothing."""
        if self._status is not None:
            self._status.console.print(f"cataloom: {line}", markup=False, highlight=False)
        else:
            self._write(f"cataloom: {line}")

    def end(self, outcome: Outcome, catalogue: Path | None = None) -> None:
        """Say how a run ended: on a terminal always, elsewhere only what went wrong.

        Elsewhere what people were told of before is not said again, and messages are such as can be
        followed anywhere, where the `catalogue` folder is named.
        """
        is_here = self._stream.isatty()
        if outcome.is_known and not is_here:
            return
        for source, message in outcome.failed.items():
            said = message if is_here or catalogue is None else with_folder(message, catalogue)
            who = f"source {source}: "
            if source == CATALOGUE:
                who = "it would be refused: " if outcome.kind == "planned" else ""
            self._write(f"cataloom: {who}{said.removeprefix(who)}")
        if outcome.failed.keys() - {CATALOGUE}:
            self._write(
                "cataloom: what these sources had published stays; the details are in "
                f"{show_path(outcome.folder) if is_here else outcome.folder.resolve()}"
            )
        if not is_here:
            return
        if outcome.kind == "unchanged":
            self._write(f"Nothing changed. Current release: {outcome.release}")
            return
        for source, books in outcome.books.items():
            self._write(
                f"{source}: {books.extracted} extracted, {books.created} created, "
                f"{books.updated} updated, {books.unchanged} unchanged, "
                f"{books.rejected} rejected, {books.kept} kept"
            )
        if outcome.kind == "planned":
            self._write("Planned only: nothing was published.")
        else:
            self._write(f"Published: {outcome.release}")
        self._write(f"Report: {show_path(outcome.folder / 'report.html')}")

    def _write(self, line: str) -> None:
        self._stream.write(line + "\n")


class JsonLog:
    """Tells a run to machines: a JSON object a line, with time, level and event.

    An error is a line too, and the process ends with its code: nothing else is printed.
    """

    @property
    def notes(self) -> Notes:
        """Return what takes notes; each is logged each time."""
        return Notes(self.warn)

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr

    def __enter__(self) -> JsonLog:
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if error is None or isinstance(error, SystemExit):
            return
        code, more = UNEXPECTED, {}
        message = f"{type(error).__name__}: {error}"
        if isinstance(error, CataloomError):
            code, message = error.exit_code, str(error)
        elif isinstance(error, KeyboardInterrupt):
            code, message = INTERRUPTED, "interrupted; what was published stays"
        else:
            more = {"traceback": "".join(traceback.format_exception(error))}
        event = "interrupted" if code == INTERRUPTED else "failed"
        self._log("error", event, message=message, exit_code=code, **more)
        sys.exit(code)

    def tell(self, line: str) -> None:
        """Log what is being done now."""
        self._log("info", "step", message=line)

    def warn(self, line: str) -> None:
        """Log what is not in order."""
        self._log("warning", "warning", message=line)

    def end(self, outcome: Outcome, _: Path | None = None) -> None:
        """Log how a run ended: each source that failed, then the whole."""
        for source, message in outcome.failed.items():
            self._log("error", "source-failed", source=source, message=message)
        self._log(
            "error" if outcome.failed else "info",
            "end",
            outcome=outcome.kind,
            exit_code=outcome.exit_code,
            release=outcome.release,
            books=outcome.books,
            folder=str(outcome.folder.resolve()),
        )

    def _log(self, level: str, event: str, **more: object) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = msgspec.json.encode({"time": now, "level": level, "event": event, **more})
        self._stream.write(line.decode() + "\n")
        self._stream.flush()
