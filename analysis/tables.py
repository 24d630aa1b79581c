"""Tables as files: read as text, written so that equal contents are equal bytes everywhere."""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.errors import refusal


def read_table(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A CSV in UTF-8, every value as text; "None" and "NA" are words, not gaps (definition 20).

    Refuses a missing or damaged file, a row longer than the header, and other columns than
    ``columns``, which may stand in any order.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            frame = pd.read_csv(
                path, dtype=str, keep_default_na=False, encoding="utf-8-sig", index_col=False
            )
    except FileNotFoundError:
        raise refusal(str(path), "there is no such file") from None
    except (ValueError, OSError, pd.errors.ParserWarning) as error:
        raise refusal(str(path), f"cannot be read as CSV in UTF-8 ({error})") from None
    if columns is None:
        return frame
    odd = sorted(set(frame.columns) ^ set(columns))
    if odd or len(frame.columns) != len(columns):
        raise refusal(f"{path}: header", f"columns differ in {odd}", columns)
    return frame[list(columns)]


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """CSV in UTF-8 with LF line ends, no index; missing values are empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def without_formulas(frame: pd.DataFrame) -> pd.DataFrame:
    """A table of text in which no cell is a formula to a spreadsheet.

    A cell that begins as one does is given a leading ``'``; a plain number, such as -5, is none.

    >>> without_formulas(pd.DataFrame({"held": ["=1+1", "-5", "@x", "a = b"]}))["held"].tolist()
    ["'=1+1", '-5', "'@x", 'a = b']
    """
    return frame.map(
        lambda cell: f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell
    )


def significant(value: float, digits: int = 10) -> float:
    """``value`` to a fixed number of significant digits, as every written file holds it."""
    return float(f"{value:.{digits - 1}e}")
