"""Copy CED uses and residents by force and ethnic group to the inputs of models.R and others.

Usage, from the repository root (standard library only):
    python tests/expected/population_counts.py

Writes population_counts.csv (uses, and residents at both censuses) and discharge_counts.csv
(discharges, and uses of a stated kind; 2019/20 only) beside this script. It copies and adds,
and does no statistics: Chinese is added to Asian where a table prints it apart.
"""

import csv
from pathlib import Path

GROUPS = ("White", "Black", "Asian", "Mixed", "Other")
HERE = Path(__file__).parent
PUBLISHED = HERE.parents[1] / "data" / "published"
YEARS = {"2018/19": "home-office-2018-19", "2019/20": "home-office-2019-20"}
FORCES = {"2018/19": 38, "2019/20": 41}  # with a breakdown of CED uses by ethnic group
STATED_KINDS = ("CED non-discharge", "CED discharge")


def rows_of(folder: str, table: str) -> list[dict[str, str]]:
    with (PUBLISHED / folder / table).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def by_area(rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """Printed values by area and printed group; areas with any value not available are left out."""
    areas, without = {}, set()
    for row in rows:
        groups = areas.setdefault(row["area"], {})
        if row["group"] in groups:
            raise SystemExit(f"{row['area']}, {row['group']}: printed twice")
        groups[row["group"]] = row["printed"]
        if row["status"] != "stated":
            without.add(row["area"])
    return {area: groups for area, groups in areas.items() if area not in without}


def in_groups(printed: dict[str, str], parts_of_asian: tuple[str, ...]) -> dict[str, int]:
    counts = {group: int(printed[group]) for group in GROUPS if group != "Asian"}
    return counts | {"Asian": sum(int(printed[part]) for part in parts_of_asian)}


def residents(year: int, parts_of_asian: tuple[str, ...]) -> dict[str, dict[str, int]]:
    rows = rows_of(f"census-{year}-ethnicity", "residents-by-ethnicity.csv")
    areas = {area: in_groups(each, parts_of_asian) for area, each in by_area(rows).items()}
    if len(areas) != 43:
        raise SystemExit(f"census {year}: {len(areas)} forces, not 43")
    return areas


def uses(year: str, tactic: str) -> dict[str, dict[str, int]]:
    rows = rows_of(YEARS[year], "ethnicity-by-force.csv")
    areas = by_area([row for row in rows if row["tactic"] == tactic])
    parts = ("Asian", "Chinese") if year == "2018/19" else ("Asian",)
    return {
        area: in_groups(printed, parts)
        for area, printed in areas.items()
        if area != "England and Wales"
    }


def population_rows() -> list[tuple]:
    first = residents(2011, ("Asian without Chinese", "Chinese"))
    second = residents(2021, ("Asian",))
    if first.keys() != second.keys():
        raise SystemExit("the censuses differ in their forces")
    written = []
    for year in YEARS:
        counted = uses(year, "CED")
        if len(counted) != FORCES[year]:
            raise SystemExit(f"{year}: {len(counted)} forces, not {FORCES[year]}")
        written += [
            (year, force, group, counted[force][group], first[force][group], second[force][group])
            for force in sorted(counted)
            for group in GROUPS
        ]
    return written


def discharge_rows() -> list[tuple]:
    without, discharged = (uses("2019/20", tactic) for tactic in STATED_KINDS)
    if without.keys() != discharged.keys():
        raise SystemExit("discharges and other uses differ in their forces")
    return [
        ("2019/20", force, group, each, each + without[force][group])
        for force in sorted(discharged)
        for group, each in ((group, discharged[force][group]) for group in GROUPS)
    ]


def write(name: str, heading: list[str], rows: list[tuple]) -> None:
    with (HERE / name).open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows(rows)


write(
    "population_counts.csv",
    ["year", "force", "group", "uses", "residents_2011", "residents_2021"],
    population_rows(),
)
write(
    "discharge_counts.csv",
    ["year", "force", "group", "discharges", "stated_uses"],
    discharge_rows(),
)
