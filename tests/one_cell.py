"""One cell of a workbook changed, and the findings of all chapters before and after, in-process."""

import ast
import random
import re
from functools import cache
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from analysis.counts import Counts
from analysis.findings import Findings
from analysis.ledger import Ledger
from analysis.parameters import OFFICIAL_CHAPTERS
from analysis.places import NOTEBOOKS
from analysis.sources import home_office, published
from analysis.sources.home_office import Edition, read_counts
from tests.mutations import Book


def changed_copy(book: Book, count: pd.Series, by: int) -> bytes:
    """The workbook with ``by`` added to the cell in which a count stands."""
    for number in book.tables:
        sheet = book.sheet(number)
        if re.match(rf"{count['table']}\b", sheet.places[0].text):
            break
    letters, row = re.fullmatch(r"([A-Z]+)(\d+)", count["cell"]).groups()
    assert len(letters) == 1
    (place,) = [
        one
        for one in sheet.figures
        if (one.row, one.column) == (int(row) - 1, ord(letters) - ord("A"))
    ]
    assert place.number == count["value"]
    sheet.set_number(place, int(place.number) + by)
    return book.with_sheet(number, sheet).save()


@cache
def _counts_read(workbook: Path) -> tuple[Edition, dict[str, Counts], pd.DataFrame]:
    ledger = Ledger()
    return *read_counts(workbook, ledger), ledger.frame


def _read_once(workbook: Path, ledger: Ledger) -> tuple[Edition, dict[str, Counts]]:
    """As ``read_counts``, and each workbook is read once for all chapters."""
    edition, counts, noted = _counts_read(workbook)
    ledger.extend(noted)
    return edition, counts


_load_once = cache(published.load)


def findings_of(workbook: Path, area: str, period: str) -> Findings:
    """What all chapters on official figures find, their cells run here and not in a kernel."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(home_office, "read_counts", _read_once)
        patched.setattr(published, "load", _load_once)
        return _findings_of(workbook, area, period)


def _findings_of(workbook: Path, area: str, period: str) -> Findings:
    found = {}
    values = {"area": area, "period": period, "sources": {"home_office": str(workbook)}}
    for path in [NOTEBOOKS / f"{name}.ipynb" for name in OFFICIAL_CHAPTERS]:
        names, shown = {}, None
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type != "code":
                continue
            if "parameters" in cell.metadata.get("tags", []):
                exec(cell.source, names)  # what is not set has the chapter's own default
                names |= values
                continue
            body = ast.parse(cell.source).body
            last = body.pop() if isinstance(body[-1], ast.Expr) else None
            exec(compile(ast.Module(body, []), path.name, "exec"), names)
            if last and ast.unparse(last.value.func) == "record":
                shown = eval(compile(ast.Expression(last.value), path.name, "eval"), names)
        found |= {row.id: row for row in shown.findings}
    return Findings(tuple(found.values()))


def counts_of(workbook: Path) -> pd.DataFrame:
    """All counts of a workbook by id."""
    _, counts, _ = _counts_read(workbook)
    return pd.concat([one.frame for one in counts.values()]).set_index("id", drop=False)


def seeded_cells(counts: pd.DataFrame, number: int, seed: int) -> list[pd.Series]:
    """Cells of as many different tables; the tables by force with cells of all areas."""
    rng = random.Random(seed)
    stated = counts[counts["status"] == "stated"]
    subjects = rng.sample(sorted(set(stated["subject"])), number)
    return [
        stated.loc[rng.choice(list(stated.index[stated["subject"] == subject]))]
        for subject in subjects
    ]


def says(findings: Findings) -> dict[str, tuple]:
    """What a reader sees of each finding, by id."""
    return {
        row.id: (row.status, row.outcome, *(row.value, row.lower, row.upper)) for row in findings
    }


def effects(before: Findings, after: Findings, count_id: str) -> tuple[set[str], set[str]]:
    """(ids of findings that changed, came or went; ids of those that rest on the count)."""
    old, new = says(before), says(after)
    changed = {one for one in old.keys() | new.keys() if old.get(one) != new.get(one)}
    return changed, before.resting_on(count_id) | after.resting_on(count_id)


def must_change(findings: Findings, count_id: str) -> set[str]:
    """Findings computed from the value itself: shares, rates, ratios and differences that name it.

    A number of sums, a verdict or a position rests on the count too, and may stay as it is.
    """
    return {
        row.id
        for row in findings
        if row.kind in {"share", "rate", "ratio", "difference"}
        and row.available
        and count_id in row.count_ids
    }
