"""Copy Table 13 force rows of the Home Office workbooks to funnel_input.csv.

Usage, from the repository root (needs python-calamine):
    python tests/expected/funnel_input.py WORKBOOK_2018_19.ods WORKBOOK_2019_20.ods

2018/19 is taken from the first workbook and 2019/20 from the second; the 2018/19
rows that the second workbook prints again must be the same.
"""

import csv
import sys
from pathlib import Path

from python_calamine import CalamineWorkbook

# uses, discharges, not stated; the last heading is worded differently in each edition.
HEADINGS = ({"Total"}, {"Total discharge"}, {"Not stated", "CED not stated"})


def force_rows(workbook: str, year: str) -> list[tuple[str, int, int, int]]:
    table = CalamineWorkbook.from_path(workbook).get_sheet_by_name("Table_13").to_python()
    heads = [i for i, row in enumerate(table) if row[0] == "Financial year"]
    if len(heads) != 1:
        raise SystemExit(f"Table_13: {len(heads)} header rows")
    names = [" ".join(str(cell).split()) for cell in table[heads[0]]]
    columns = [i for wanted in HEADINGS for i, name in enumerate(names) if name in wanted]
    if len(columns) != len(HEADINGS):
        raise SystemExit(f"Table_13: headings are {names}")
    force_column = names.index("Police force")
    non_discharge = names.index("Total non-discharge")
    rows, national = [], None
    for row in table[heads[0] + 1 :]:
        if row[0] != year:
            continue
        force = str(row[force_column]).strip()
        values = [int(row[c]) for c in columns]
        if any(value != row[c] for value, c in zip(values, columns, strict=True)):
            raise SystemExit(f"{year} {force}: not a whole number")
        uses, discharges, not_stated = values
        if uses != row[non_discharge] + discharges + not_stated:
            raise SystemExit(f"{year} {force}: the parts do not add up to the total")
        if force == "*Total England and Wales":
            national = values
        elif not force.startswith("*Total"):
            rows.append((force, uses, discharges, not_stated))
    if len(rows) != 43 or len({row[0] for row in rows}) != 43:
        raise SystemExit(f"{year}: {len(rows)} forces, not 43")
    if national != [sum(row[i] for row in rows) for i in (1, 2, 3)]:
        raise SystemExit(f"{year}: the forces do not add up to England and Wales")
    return sorted(rows)


def main() -> None:
    first, second = sys.argv[1:]
    earlier, later = force_rows(first, "2018/19"), force_rows(second, "2019/20")
    if earlier != force_rows(second, "2018/19"):
        raise SystemExit("2018/19 differs between the two workbooks")
    target = Path(__file__).with_name("funnel_input.csv")
    with target.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["year", "force", "uses", "discharges", "not_stated"])
        for year, rows in (("2018/19", earlier), ("2019/20", later)):
            writer.writerows((year, *row) for row in rows)


main()
