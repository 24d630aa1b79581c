"""Spreadsheet workbooks (.ods, .xlsx, .xls) as lists of the cells that are not empty."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from analysis.errors import refusal


@dataclass(frozen=True)
class Cell:
    """A cell that is not empty: row and column from 1, as the spreadsheet program shows them."""

    row: int
    column: int
    value: object

    @property
    def name(self) -> str:
        letters, number = "", self.column
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{letters}{self.row}"

    @property
    def text(self) -> str:
        return self.value if isinstance(self.value, str) else ""

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, int | float) and not isinstance(self.value, bool)


@dataclass(frozen=True)
class Workbook:
    """Sheets by name, each a list of the cells that are not empty, row by row."""

    file: str
    sheets: dict[str, list[Cell]]


def read(path: Path) -> Workbook:
    """Every cell of every sheet as it stands; a file that is no workbook is refused."""
    if not path.exists():
        raise refusal(str(path), "there is no such file")
    try:
        book = CalamineWorkbook.from_path(path)
        sheets = {
            name: [
                Cell(row, column, value)
                for row, line in enumerate(
                    book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1
                )
                for column, value in enumerate(line, 1)
                if value is not None and str(value).strip()
            ]
            for name in book.sheet_names
        }
    except (CalamineError, OSError, ValueError) as error:
        raise refusal(str(path), f"is not a workbook that can be read ({error})") from None
    except BaseException as error:  # calamine's Rust panics are not of class Exception
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        raise refusal(str(path), "is not a workbook that can be read (damaged)") from None
    return Workbook(path.name, sheets)
