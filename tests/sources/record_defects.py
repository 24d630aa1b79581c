"""One made-up record-level file with one defect each, and what must become of it.

Definitions 19 to 25 name defects of real files. What a record-level file cannot carry is tested
elsewhere: the spellings of forces (21) and labels that take their meaning from the row above (23)
in ``test_home_office.py``, revisions (24) in ``test_registry.py``.
"""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from analysis.made_up.files import make
from tests.sources.sheets import ods, xlsx

ROWS = 40
LAST = ROWS + 1  # the header is row 1
AGES = ("2017-11-01 00:00:00", "2017-11-01", "11-Nov", "Nov-17", "17-Nov", "01/11/2017", "43040")
LOCKED = Path(__file__).parent / "locked.xlsx"
NONE = ("", "", "")


@cache
def _made():
    frame = make(ROWS, 20170401).records.astype(str)
    return (tuple(frame), *(tuple(row) for row in frame.itertuples(index=False)))


def grid():
    """The file without a defect: its header, then its rows, every cell text."""
    return [list(row) for row in _made()]


def place(rows, header):
    return rows[0].index(header)


def put(rows, row, header, text):
    rows[row - 1][place(rows, header)] = text
    return rows


def text_of(rows, separator=",", ends="\n"):
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator=ends).writerows(rows)
    return stream.getvalue()


def as_csv(rows):
    return text_of(rows).encode()


@dataclass(frozen=True)
class Defect:
    """``build`` gives the file's bytes from the rows without defect.

    Either ``refused`` holds words of the refusal, or else ``remark`` (action, column, words of the
    reason) is what must be remarked on, in ``aside`` rows that are set aside, of ``rows`` in all.
    """

    name: str
    build: Callable[[list], bytes]
    remark: tuple[str, str, str] = NONE
    aside: int = 0
    rows: int = ROWS
    refused: str = ""
    suffix: str = ".csv"


def _cell(name, header, text, action, words, row=3):
    aside = int(action == "set aside")
    return Defect(name, lambda rows: as_csv(put(rows, row, header, text)),
                  (action, header, words), aside)  # fmt: skip


def _refused(name, build, words, suffix=".csv"):
    return Defect(name, build, refused=words, suffix=suffix)


def _row(name, change, words, aside=1, rows=ROWS):
    """A change of the list of rows; what is set aside is set aside as a row."""
    return Defect(name, lambda all_rows: as_csv(change(all_rows)),
                  ("set aside", "", words), aside, rows)  # fmt: skip


def _renamed(rows, header, other):
    rows[0][place(rows, header)] = other
    return rows


def _column(rows, header, values):
    for row, value in zip(rows, [header, *values], strict=True):
        row.append(value)
    return rows


def _dropped(rows, *headers):
    gone = {place(rows, header) for header in headers}
    return [[cell for at, cell in enumerate(row) if at not in gone] for row in rows]


def _mixed(rows):
    text = text_of(put(put(rows, 3, "Borough", "Café"), 9, "Borough", "Müll")).split("\n")
    return b"\n".join(line.encode("cp1252" if "Caf" in line else "utf-8") for line in text)


def _swallowed(rows):
    """A quotation mark opened in the district of row 3 and closed in that of row 4."""
    lines = text_of(put(put(rows, 3, "Borough", "<open"), 4, "Borough", "close>"))
    return lines.replace("<open", '"open').replace("close>", 'close"').encode()


def _dates(rows, write):
    for row in rows[1:]:
        row[0] = write(date.fromisoformat(row[0]))
    return rows


def _serial(day):
    return (day - date(1899, 12, 30)).days


CED = "CED (Taser) Fired"
DEFECTS = (
    # 19: Excel damage
    *(_cell(f"age as {text}", "SubjectAge", text, "repaired", "took for a date") for text in AGES),
    _cell("0-10 as Oct-00", "SubjectAge", "Oct-00", "repaired", "took for a date"),
    _cell("0-10 as a date", "SubjectAge", "2000-10-01", "repaired", "took for a date"),
    _cell("en dash in an age", "SubjectAge", "18–34", "spelled", "marks"),
    _cell("age in years", "SubjectAge", "24", "repaired", "put into its band"),
    # 20: the word None
    Defect("one column on health", lambda rows: as_csv(_column(
        _dropped(rows, "PhysicalDisability", "MentalDisability"), "HealthCondition",
        ["None"] * ROWS))),
    # 21: spaces after a name
    _cell("space after a district", "Borough", "Fenland ", "spelled", "spaces"),
    # 22: the Metropolitan file
    Defect("Windows-1252", lambda rows: text_of(put(rows, 3, "Borough", "Café")).encode("cp1252"),
           ("labelled", "", "in Windows-1252")),
    Defect("semicolons", lambda rows: text_of(rows, ";").encode(),
           ("labelled", "", "separated by semicolon")),
    Defect("Possession spelt right", lambda rows: as_csv(_renamed(
        rows, "Impact Factor: Possesion of a weapon", "Impact Factor: Possession of a weapon"))),
    Defect("CED2 Arced", lambda rows: as_csv(_renamed(rows, "CED2 ArCED2", "CED2 Arced"))),
    Defect("Effective 20", lambda rows: as_csv(_renamed(
        rows, "Tactic Effective 20", "Effective 20"))),
    Defect("later years' columns", lambda rows: as_csv(_column(_column(
        rows, "Reason for Force: Effect Stop and search", ["No"] * ROWS),
        "Outcome: No Further Action", ["No"] * ROWS))),
    Defect("columns in another order", lambda rows: as_csv([row[::-1] for row in rows])),
    Defect("a subset of columns", lambda rows: as_csv(_dropped(
        rows, *[header for header in rows[0] if header.startswith("CED4")]))),
    # 25: what is not known is not White, and two periods are not one
    _cell("ethnicity not known", "SubjectEthnicity", "Dont know", "spelled", "otherwise"),
    Defect("the file of another year", lambda rows: as_csv(_dates(
        rows, lambda day: f"2016{str(day)[4:]}")),
        ("set aside", "IncidentDate", "outside the period"), ROWS),
    # others
    _cell("line break in a cell", "MainDuty", "Patrol\nand response", "spelled", "spaces"),
    _cell("line break in an answer", "SubjectGender", "Male\nFemale", "set aside", "outside"),
    _row("row too short", lambda rows: [*rows[:2], rows[2][:-3], *rows[3:]], "269 cells"),
    _row("row too long", lambda rows: [*rows[:2], ["x", *rows[2]], *rows[3:]], "273 cells"),
    Defect("empty rows at the end", lambda rows: as_csv(rows) + b"\n" + b"," * 271 + b"\n",
           ("labelled", "", "holds nothing")),
    Defect("empty columns at the end", lambda rows: as_csv([[*row, "", ""] for row in rows])),
    Defect("a title above the header", lambda rows: as_csv([["Use of force"], [], *rows]),
           ("labelled", "", "above the header")),
    Defect("a row of totals", lambda rows: as_csv([*rows, ["Total", str(ROWS), *[""] * 270]]),
           ("set aside", "IncidentDate", "no date"), 1, ROWS + 1),
    _row("the header once more", lambda rows: [*rows[:5], rows[0], *rows[5:]],
         "header once more", 1, ROWS + 1),
    _row("the header once more, better spelt",
         lambda rows: _renamed([*rows[:5], list(rows[0]), *rows[5:]], "Borough", ""),
         "header once more", 1, ROWS + 1),
    _cell("no-break space", "SubjectGender", "Male\u00a0", "spelled", "spaces"),
    _cell("N/A", "SubjectGender", "N/A", "spelled", "otherwise"),
    _cell("curly apostrophe", "SubjectEthnicity", "Don’t know", "spelled", "marks"),
    _cell("a zero-width space", "PrimaryConduct", "\u200bCompliant", "spelled", "marks"),
    _cell("small letters", "PrimaryConduct", "compliant", "spelled", "otherwise"),
    _cell("Y for Yes", "SingleCrewed", "Y", "spelled", "otherwise"),
    _cell("the cause with the answer", "StaffInjured",
          "Yes, I was injured as a result of an assault", "spelled", "cause"),
    _cell("a formula's error", "SubjectAge", "#N/A", "set aside", "outside"),
    _cell("a value outside the standard", "PrimaryConduct", "Cross", "set aside", "Compliant"),
    _cell("an unknown tactic", "Tactic 1", "Lasso", "set aside", "Ground Restraint"),
    _cell("month before day", "IncidentDate", "04/13/2017", "set aside", "no such day"),
    _cell("no date", "IncidentDate", "", "set aside", "no date"),
    _cell("half past noon as a part of the day", "IncidentTime", "0.5208333", "repaired", "part"),
    _cell("an hour that is none", "IncidentTime", "25:00", "set aside", "no time"),
    Defect("the day first", lambda rows: as_csv(_dates(rows, lambda day: f"{day:%d/%m/%Y}")),
           ("spelled", "IncidentDate", "day stands before the month")),
    Defect("decimal commas", lambda rows: text_of(_dates(
        rows, lambda day: f"{_serial(day)},0"), ";").encode(),
        ("repaired", "IncidentDate", "counts days")),
    Defect("two encodings", _mixed, ("labelled", "", "other lines are in Windows-1252")),
    Defect("UTF-16", lambda rows: text_of(rows, "\t").encode("utf-16"), ("labelled", "", "UTF-16")),
    Defect("UTF-8 with its mark", lambda rows: text_of(rows).encode("utf-8-sig")),
    Defect("ends of lines of old Macs", lambda rows: text_of(rows, ends="\r").encode()),
    Defect("a column twice, equal", lambda rows: as_csv(_column(
        rows, "SubjectAge", [row[place(rows, "SubjectAge")] for row in rows[1:]])),
        ("labelled", "SubjectAge", "equal contents")),
    Defect("a column that the form lacks", lambda rows: as_csv(_column(rows, "Mood", "x" * ROWS)),
           ("labelled", "Mood", "not a column of the form")),
    Defect("a column without header", lambda rows: as_csv(_column(rows, "", "x" * ROWS)),
           ("labelled", "column 273, without a header", "not a column of the form")),
    Defect("rows twice", lambda rows: as_csv([*rows, rows[4]]),
           ("labelled", "", "equal to row 5 in every column"), 0, ROWS + 1),
    Defect("a CED tactic, and an empty block", lambda rows: as_csv(put(rows, 3, "Tactic 1", CED)),
           ("labelled", "CED Used", "block is empty")),
    Defect("an XLSX with another sheet", lambda rows: xlsx({"Notes": [["About"]], "Data": rows}),
           ("labelled", "", "another sheet"), suffix=".xlsx"),
    Defect("dates as cells of an XLSX", lambda rows: xlsx({"Data": _dates(rows, lambda day: day)}),
           suffix=".xlsx"),
    Defect("dates as cells of an ODS", lambda rows: ods({"Data": _dates(rows, lambda day: day)}),
           suffix=".ods"),
    Defect("an XLSX named .csv", lambda rows: xlsx({"Data": rows})),
    # refused
    _refused("a column twice, other contents",
             lambda rows: as_csv(_column(rows, "SubjectAge", ["18-34"] * ROWS)), "and differ"),
    _refused("an empty file", lambda rows: b"", "is empty"),
    _refused("a header and no rows", lambda rows: as_csv(rows[:1]), "no rows"),
    _refused("a pointer", lambda rows: b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    _refused("bytes of no text", lambda rows: bytes(range(256)) * 40, "bytes that no text has"),
    _refused("bytes of no encoding", lambda rows: as_csv(rows) + b"\x81", "byte 0x81"),
    _refused("a workbook behind a password", lambda rows: LOCKED.read_bytes(), "password", ".xlsx"),
    _refused("a web page named .xls", lambda rows: b"<html><table><tr><td>a", "no header", ".xls"),
    _refused("another table", lambda rows: b"period,area\n2017-Q2,Kent\n", "no header"),
    _refused("no column for the date", lambda rows: as_csv(_dropped(rows, "IncidentDate")),
             "no column for the date"),
    _refused("no column for a tactic", lambda rows: as_csv(_dropped(
        rows, *[header for header in rows[0] if header.startswith("Tactic ")])),
        "no column for a tactic"),
    _refused("made up in some rows", lambda rows: as_csv(put(rows, 8, "Made up", "")), "row 8"),
    _refused("a quotation mark that stays open",
             lambda rows: text_of(put(rows, 3, "MainDuty", "<")).replace("<", '"x').encode(),
             "row 3"),
    _refused("a quotation mark closed a row later", _swallowed, "row 3"),
    _refused("two sheets of records", lambda rows: xlsx({"May": rows, "June": rows}),
             "2 sheets", ".xlsx"),
    _refused("no sheet of records", lambda rows: ods({"Notes": [["About"]]}), "no sheet", ".ods"),
)  # fmt: skip
