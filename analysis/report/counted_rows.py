"""The rows of a file behind a count, written out for those who may see them."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath, PureWindowsPath

import pandas as pd

from analysis.errors import CannotWrite, refusal
from analysis.places import PARAMS, ROOT
from analysis.report.manifest import MANIFEST
from analysis.sources.records.files import opened
from analysis.sources.registry import is_made_up, sha256
from analysis.tables import read_table, without_formulas

RESTRICTED = "These rows are restricted: they are about people, and stay within the force."
MADE_UP = "These rows are made up, and no force's record."
_ROLE = re.compile(r" \([^()]*\)$")  # which of two files of one name it is, such as " (2017-Q1)"


def find(file: dict, sources: dict[str, dict], folder: Path) -> tuple[dict, Path]:
    """A file of a manifest's inputs, and where it is now: with the bytes of the report.

    It is looked for by its name in the manifest and by the path that the params file gives, below
    the project, params/, the current folder and the two above the report's ``folder``. Refused
    where it is not there, or only with another hash.
    """
    name = _ROLE.sub("", file["file"])
    given = [one["path"] for one in sources.values() if one["sha256"] == file["sha256"]]
    names = [name, PurePosixPath(name).name, *given, *(PureWindowsPath(one).name for one in given)]
    places = dict.fromkeys([ROOT, PARAMS, Path.cwd(), *folder.resolve().parents[:2]])
    there = [path for place in places for one in names if (path := place / one).is_file()]
    for path in there:
        if sha256(path) == file["sha256"]:
            return file, path
    if there:
        problem = "has other bytes than the report was made from"
        raise refusal(str(there[0]), problem, f"sha256 {file['sha256']}")
    looked = ", ".join(map(str, places))
    raise refusal(file["file"], f"is not at hand; looked for in {looked}", "the report's own file")


def write(held: dict[str, list[int]], found: tuple[dict, Path], path: Path) -> list[str]:
    """Write rows of a file as they stand there, each below the id of the count that it is behind.

    ``held``: row numbers as a spreadsheet shows them, by the id of a count. The CSV has a mark for
    Excel, and no cell of it is a formula. Refuses a ``path`` that is there already, whose folder is
    not, or in the folder of a report, with which the rows would be handed on.
    """
    _refuse_place(path)
    file, source = found
    of_districts = "activity" in file["source"]
    wanted = {row for numbers in held.values() for row in numbers}
    header, rows = _district_rows(source) if of_districts else _reports(source, wanted)
    lines = [["count", "row", *header]]
    lines += [[one, str(row), *rows[row]] for one, numbers in held.items() for row in numbers]
    table = without_formulas(pd.DataFrame(lines, dtype=str))
    try:
        table.to_csv(path, mode="x", index=False, header=False, encoding="utf-8-sig")
    except FileExistsError:
        raise refusal(str(path), "is there already", "a new name") from None
    except OSError as error:
        raise CannotWrite(f"{path}: cannot be written ({error.strerror})") from None
    warning = MADE_UP if is_made_up(file["source"]) else RESTRICTED
    return [f"{len(lines) - 1:,} rows of {file['file']}: {path}", warning]


def _refuse_place(path: Path) -> None:
    if not path.parent.is_dir():
        raise refusal(str(path), f"there is no folder {path.parent}", "a folder that is there")
    if any((folder / MANIFEST).is_file() for folder in path.resolve().parents):
        problem = "is in the folder of a report, with which the rows would be handed on"
        raise refusal(str(path), problem, "another folder")


def _reports(path: Path, wanted: set[int]) -> tuple[list[str], dict[int, list[str]]]:
    """Header and the rows wanted of a record-level file, cells as they stand."""
    rows = {}
    with opened(path) as found:
        for part in found.parts:
            for place, row in enumerate(part.rows.tolist()):
                if row in wanted:
                    rows[row] = [one.values[one.codes[place]] for one in part.columns]
    return found.header[1], rows


def _district_rows(path: Path) -> tuple[list[str], dict[int, list[str]]]:
    frame = read_table(path)
    return [*frame], dict(enumerate(frame.to_numpy().tolist(), 2))
