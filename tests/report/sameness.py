"""Two reports held against each other, byte by byte, and searched for what must not be in them."""

import json
import re
from pathlib import Path

# they name the Python and the system that made the report
DIFFERS = {"manifest.json", "ro-crate-metadata.json"}
# times as programs write them, with hour and minute; editions are dates without
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\b\d\d:\d\d:\d\d\b")


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def differing(one: Path, other: Path) -> list[str]:
    """Names of files that only one report has, or that have other bytes."""
    ours, theirs = files(one), files(other)
    return sorted(
        name
        for name in ours.keys() | theirs.keys()
        if name not in DIFFERS and ours.get(name) != theirs.get(name)
    )


def manifests_differ(one: Path, other: Path) -> set[str]:
    """What the manifests say differently, the Python apart."""
    ours, theirs = (
        json.loads((folder / "manifest.json").read_text("utf-8")) for folder in (one, other)
    )
    return {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)} - {
        "python"
    }


DAMAGED_AGE = "2017-11-01 00:00:00"  # "11-17" as a spreadsheet damages it (definition 19)


def of_this_machine(folder: Path, *paths: object) -> list[tuple[str, str]]:
    """(file, text) for every path, name, time or version of Python found in the files.

    A name, which is without a slash, is found as a word of its own: anchors are letters at random.
    """
    found = []
    for name, content in files(folder).items():
        text = content.decode("utf-8")
        assert "\r" not in text, name
        for path in map(str, paths):
            whole = re.escape(path) if re.search(r"[/\\]", path) else rf"\b{re.escape(path)}\b"
            found += [(name, path)] if re.search(whole, text) else []
        if name not in DIFFERS:
            found += [(name, match) for match in TIME.findall(text) if match not in DAMAGED_AGE]
            found += [(name, match) for match in re.findall(r"[Pp]ython ?3\.\d+", text)]
    return found
