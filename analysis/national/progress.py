"""Word of how far a run is: what is done, running, failed and left."""

from __future__ import annotations

import threading
import time
from typing import TextIO

WIDTH = 79  # of a console that does not say


class Progress:
    """A line that is written anew in a terminal; elsewhere a line for each job that has ended."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self.total, self.stream = total, stream
        self._running: dict[str, float] = {}  # when each began
        self._done = self._failed = 0
        self._lock = threading.Lock()  # jobs end in threads of their own

    def begun(self, name: str) -> None:
        with self._lock:
            self._running[name] = time.monotonic()
            if self.stream.isatty():
                self._show("\r", ", ".join(self._running))

    def ended(self, name: str, *, failed: bool) -> None:
        with self._lock:
            seconds = time.monotonic() - self._running.pop(name)
            self._failed += failed
            self._done += not failed
            if self.stream.isatty():
                self._show("\r", ", ".join(self._running))
            else:
                ended = "failed" if failed else "done"
                self._show("", f"{name} {ended} in {seconds:.1f} s", "\n")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.stream.isatty() and self._done + self._failed:
            print(file=self.stream)

    def _show(self, before: str, what: str, after: str = "") -> None:
        left = max(self.total - self._done - self._failed - len(self._running), 0)
        line = (
            f"{self._done} of {self.total} done, {len(self._running)} running, "
            f"{self._failed} failed, {left} left: {what}"
        )
        if before:
            line = line[:WIDTH].ljust(WIDTH)
        print(f"{before}{line}", end=after, file=self.stream, flush=True)
