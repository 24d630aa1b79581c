"""The one way in which the toolkit says no."""

from __future__ import annotations

from collections.abc import Iterable


class Refused(Exception):
    """A request or an input that cannot be honoured; its text is the one line a user sees."""


class CannotWrite(Refused):
    """The folder of the report cannot be written or replaced; nothing in it was changed."""


def refusal(where: str, problem: str, allowed: Iterable[object] | str | None = None) -> Refused:
    """One line: where, what is wrong, and what is allowed."""
    line = f"{where}: {problem}"
    if allowed is not None:
        listed = allowed if isinstance(allowed, str) else ", ".join(str(item) for item in allowed)
        line += f"; allowed: {listed}"
    return Refused(" ".join(line.split()))
