"""What a job rests on and what it makes, known by contents alone: nodes as pytask takes them.

pytask's own nodes look at the time of a file first, and miss new bytes of the same size and time.
Nothing of pytask is imported here: the same digests say in a moment that there is nothing to do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path


def digest(content: object) -> str:
    """SHA-256 of what JSON can hold, by its keys in order: equal contents, equal digests."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Hashes:
    """SHA-256 of files, each read once: what the inputs were when a run began.

    What changes while it goes on is then told by the next run, and never taken for what was read.
    """

    def __init__(self) -> None:
        self._held: dict[Path, str] = {}

    def of(self, path: Path) -> str:
        """In hexadecimal; ``"missing"`` where the file cannot be read."""
        if path not in self._held:
            self._held[path] = hash_of(path) or "missing"
        return self._held[path]


def hash_of(path: Path) -> str | None:
    """SHA-256 of a file as it is now, or None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


@dataclass(eq=False)
class Node:
    """One thing with a name of its own, and the digest of its contents; None if it is not there."""

    name: str
    contents: Callable[[], str | None]
    attributes: dict = field(default_factory=dict)

    @property
    def signature(self) -> str:
        return digest(self.name)

    def state(self) -> str | None:
        return self.contents()

    def load(self, is_product: bool = False) -> None:
        """A job finds what it needs itself."""

    def save(self, value: object) -> None:
        """A job keeps what it makes itself."""
