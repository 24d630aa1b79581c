"""Writing tables so that equal contents are equal bytes on every system."""

from __future__ import annotations

from pathlib import Path

import pandas as pd


def write_table(frame: pd.DataFrame, path: Path) -> None:
    """CSV in UTF-8 with LF line ends, no index; missing values are empty."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def significant(value: float, digits: int = 10) -> float:
    """``value`` to a fixed number of significant digits, as every written file holds it."""
    return float(f"{value:.{digits - 1}e}")
