"""The registry names every file that the toolkit knows: its hash, publisher, edition, licence.

A file whose hash is not in it is read all the same and labelled "not registered": an inspector
sees that nobody has vouched for those bytes.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis.errors import refusal
from analysis.places import CHECKSUMS, REGISTRY, ROOT

NOT_REGISTERED = "not registered"
_MADE_UP = "made-up-"  # how the key of a source begins that is no force's record


@dataclass(frozen=True)
class Source:
    """What is known of a source. ``access`` is ``published`` or ``restricted``."""

    key: str
    file: str
    sha256: str  # of the publisher's own file; empty where it was not at hand
    publisher: str
    title: str
    period: str
    edition: str
    status: str
    licence: str
    address: str
    access: str
    download: str  # the address of the file itself; empty where none is known
    download_page: str  # where to look for it when that has died
    download_seen: str  # where and when that was last seen


@dataclass(frozen=True)
class Input:
    """A file that an audit has read: its name, hash, and the source that it holds."""

    file: str
    sha256: str
    source: str
    registered: bool


def is_made_up(key: str) -> bool:
    """Whether the key of a source says that it is made up, and no force's record."""
    return key.startswith(_MADE_UP)


@cache
def sources() -> dict[str, Source]:
    """Every known source by its key."""
    with REGISTRY.open(encoding="utf-8", newline="") as file:
        return {row["key"]: Source(**row) for row in csv.DictReader(file)}


def source_of(key: str) -> Source:
    """The source with a key; of an edition that is not in the registry only the key is known."""
    unknown = dict.fromkeys(
        ("file", "sha256", "period", "address", "download", "download_page", "download_seen"), ""
    )
    return sources().get(key) or Source(
        key=key,
        title=f"{key} ({NOT_REGISTERED})",
        publisher="publisher not known to the registry",
        edition="not known",
        status="status not known",
        licence="licence not known",
        access="restricted",
        **unknown,
    )


def sha256(path: Path) -> str:
    """Hash of a file's bytes, in hexadecimal; a missing file is refused."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise refusal(str(path), f"cannot be read ({error.strerror})") from None


@cache
def _known_hashes() -> dict[str, str]:
    known = {source.sha256: source.key for source in sources().values() if source.sha256}
    with CHECKSUMS.open(encoding="utf-8", newline="") as file:
        known |= {row["sha256"]: row["source"] for row in csv.DictReader(file)}
    return known


def identify(path: Path, source: str) -> Input:
    """The file as an input of an audit that reads it as ``source``.

    Files below the project are named by their path in it, others by their name alone, so that
    no path of a machine reaches an output.
    """
    digest = sha256(path)
    path = path.resolve()
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    return Input(name, digest, source, _known_hashes().get(digest) == source)
