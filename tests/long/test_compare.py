"""A force's report compared with the next year's: each change against the official tables.

The second computation reads the workbooks and the population tables with calamine and pandas and
knows nothing of the toolkit but the names of its series.
"""

from dataclasses import replace

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from analysis import cli
from analysis.made_up.files import make, write
from analysis.made_up.plan import USUAL
from tests.conftest import WORKBOOKS

pytestmark = pytest.mark.long
AREA, YEARS = "Cambridgeshire", tuple(WORKBOOKS)
SHEETS = {"age": "Table_14", "gender": "Table_15", "ethnicity": "Table_16",
          "health-condition": "Table_17"}  # fmt: skip
TACTICS = {"*Total Tactics": "all-tactics", "CED": "ced", "CED of which": "ced",
           "*Total Less lethal weapons": "less-lethal-weapons"}  # fmt: skip
GROUPS = {"Under 11 \nyears": "under-11", "11 - 17 years": "11-17", "18 - 34 years": "18-34",
          "35 - 49 years": "35-49", "50 - 64 years": "50-64", "65 and over": "65-and-over",
          "Black (or Black British)": "black", "Asian (or Asian British)": "asian",
          "Don't know": "don-t-know"}  # fmt: skip
NOT_ALIKE = {"asian", "chinese", "don-t-know", "not-reported"}  # groups of ethnicity, definition 14
RESIDENTS = {"age": ("mid_2020_age_bands", "mid-2020-age"),
             "ethnicity": ("census_2021_ethnicity", "census-2021-ethnicity"),
             "gender": ("census_2021_sex", "census-2021-sex")}  # fmt: skip
COLUMNS = {"under-11": "0-10", "65-and-over": "65 and over", "male": "total_males",
           "female": "total_females"}  # fmt: skip


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> pd.DataFrame:
    """The changes of the force's own figures, as the commands write them."""
    folder = tmp_path_factory.mktemp("reports")
    for year in YEARS:
        words = ["run", "--area", AREA, "--period", year, "--out", str(folder)]
        assert cli.main(words) == cli.DONE
    reports = [str(folder / f"cambridgeshire_{year.replace('/', '-')}") for year in YEARS]
    assert cli.main(["compare", *reports, "--out", str(folder / "out")]) == cli.DONE
    frame = pd.read_csv(folder / "out" / "comparison.csv", dtype=str, keep_default_na=False)
    own = (frame["area_a"] == AREA) & (frame["area_b"] == AREA)
    return frame[own & (frame["period_a"] == YEARS[0]) & (frame["period_b"] == YEARS[1])]


@pytest.fixture(scope="module")
def cells(shared) -> list[dict[str, float]]:
    """Of each year the cells of the force, by the names that the series of counts have."""
    found = []
    for year, name in WORKBOOKS.items():
        workbook = CalamineWorkbook.from_path(shared / "data" / "home_office" / name)
        held = {}
        for subject, sheet in SHEETS.items():
            lines = workbook.get_sheet_by_name(sheet).to_python()
            heads = next(line for line in lines if line[0] == "Police force")
            for line in lines:
                if line[0] == AREA and line[2] in TACTICS:
                    for head, cell in zip(heads[3:], line[3:], strict=True):
                        group = GROUPS.get(head, head.lower().replace(" ", "-"))
                        group = "all" if head.startswith("Number of times") else group
                        held[f"{subject}-by-force/tactic-uses/{TACTICS[line[2]]}/{group}"] = cell
        lines = workbook.get_sheet_by_name("Table_13").to_python()
        heads = next(line for line in lines if line[0] == "Financial year")
        (line,) = (one for one in lines if one[2] == AREA and one[0] == year)
        for head, cell in zip(heads[3:], line[3:], strict=True):
            kind = head.replace("CED", "").replace("Total", "").strip().lower()
            name = "ced" if not kind else f"ced-{'-'.join(kind.split())}"
            held[f"ced-by-force/tactic-uses/{name}/all"] = cell
        (line,) = (one for one in workbook.get_sheet_by_name("Table_12").to_python()
                   if one[1] == AREA)  # fmt: skip
        held["reports-by-force/reports/all/all"] = line[2]
        found.append(held)
    return found


@pytest.fixture(scope="module")
def residents(shared) -> dict[str, pd.Series]:
    folder = shared / "data" / "population"
    return {
        name: pd.read_csv(folder / f"{name}.csv").set_index("police_force_area").loc[AREA]
        for name in (
            "mid_2020_age_bands",
            "census_2021_ethnicity",
            "census_2021_sex",
            "census_2011_ethnicity",
        )  # fmt: skip
    }


def test_each_change_of_a_count_is_that_of_the_workbooks(compared, cells):
    counts = compared[compared["table"] == "count"].set_index("series_id")
    assert len(counts) > 50
    for series, row in counts.iterrows():
        subject, _, _, group = series.split("/")
        if subject == "ethnicity-by-force" and group in NOT_ALIKE:
            assert row["result"] == "not comparable"
        elif row["status_a"] == row["status_b"] == "stated":
            a, b = (one[series] for one in cells)
            assert (float(row["value_a"]), float(row["value_b"])) == (a, b), series
            assert float(row["difference"]) == b - a
            assert (float(row["ratio"]) if row["ratio"] else None) == (
                pytest.approx(b / a) if a else None
            )


def computed(series: str, held: dict[str, float], residents: dict[str, pd.Series]) -> float | None:
    """A share, rate or ratio of one year from its cells; None where its series is none of these."""
    first, *rest = series.split("/")

    def cell(subject: str, tactic: str, group: str) -> float:
        key = f"{subject}-by-force/tactic-uses/{tactic}/"
        parts = ("asian", "chinese") if group == "asian" else (group,)
        return sum(held.get(key + part, 0) for part in parts)

    def ced(kind: str) -> float:
        return held[f"ced-by-force/tactic-uses/{kind}/all"]

    def people(breakdown: str, group: str) -> float:
        table, _ = RESIDENTS[breakdown]
        return residents[table][COLUMNS.get(group, group)]

    uses, fired, unstated = ced("ced"), ced("ced-discharge"), ced("ced-not-stated")
    match [first, *rest]:
        case ["ced", "discharge-share-of-all" | "discharge-limit-none"]:
            return fired / uses
        case ["ced", "discharge-limit-all"]:
            return (fired + unstated) / uses
        case ["ced", "discharge-share-of-stated"]:
            return fired / (uses - unstated)
        case ["ced", "not-stated-share"]:
            return unstated / uses
        case ["ced", "uses-per-1000-reports"]:
            return 1e3 * uses / held["reports-by-force/reports/all/all"]
        case ["ced", "uses-per-100000-residents"]:
            return 1e5 * uses / residents["mid_2020_age_bands"]["total"]
        case ["not-reported" | "not-reported-where-broken-down", breakdown, tactic]:
            unknown = sum(
                cell(breakdown, tactic, group) for group in ("not-reported", "don-t-know")
            )
            return unknown / cell(breakdown, tactic, "all")
        case ["rate", tactic, breakdown, group, "per-1000-residents", _]:
            return 1e3 * cell(breakdown, tactic, group) / people(breakdown, group)
        case ["rate", "ced", breakdown, group, "per-1000-tactics"]:
            return 1e3 * cell(breakdown, "ced", group) / cell(breakdown, "all-tactics", group)
        case ["ratio", "ced", "black-to-white", base, *limit]:
            unknown = sum(cell("ethnicity", "ced", one) for one in ("not-reported", "don-t-know"))
            black, white = (cell("ethnicity", "ced", one) for one in ("black", "white"))
            black += unknown * (limit == ["all-not-known-to-group"])
            white += unknown * (limit == ["all-not-known-to-reference"])
            if base == "per-tactic":
                of = [cell("ethnicity", "all-tactics", one) for one in ("black", "white")]
            else:
                table = residents[f"{base.replace('-', '_')}_ethnicity"]
                of = [table[one] for one in ("black", "white")]
            return black / of[0] / (white / of[1])
    return None


def test_each_change_of_a_share_rate_or_ratio_is_that_of_the_workbooks(compared, cells, residents):
    kinds = compared["kind"].isin(["share", "rate", "ratio"]) & (compared["table"] == "finding")
    checked, others = 0, set()
    for row in compared[kinds & (compared["difference"] != "")].to_dict("records"):
        a, b = (computed(row["series_id"], held, residents) for held in cells)
        if a is None:
            others.add(row["series_id"].split("/")[1])
            continue
        assert float(row["difference"]) == pytest.approx(b - a, rel=1e-6, abs=1e-9), row[
            "series_id"
        ]
        if row["kind"] != "share" and a:
            assert float(row["ratio"]) == pytest.approx(b / a, rel=1e-8)
        checked += 1
    assert checked == 61
    assert others <= {"funnel-kept", "funnel-left-out"}  # limits for its size, of all forces


def test_two_made_up_quarters_in_which_nothing_was_planted_hardly_differ(tmp_path):
    """Whole reports, with fits: of the tests few are below 0.05, and none beyond chance."""
    for number in (2, 3):
        period = f"2017-Q{number}"
        write(tmp_path / period, make(900, number, replace(USUAL, period=period)))
        params = f"area: {AREA}\nperiod: {period}\nsources:\n  records: {period}/records.csv\n"
        (tmp_path / f"{period}.yml").write_text(params, encoding="utf-8")
        words = ["run", str(tmp_path / f"{period}.yml"), "--out", str(tmp_path / "reports")]
        assert cli.main(words) == cli.DONE
    reports = [str(tmp_path / "reports" / f"2017-Q{number}") for number in (2, 3)]
    assert cli.main(["compare", *reports, "--out", str(tmp_path / "out")]) == cli.DONE
    frame = pd.read_csv(tmp_path / "out" / "comparison.csv", dtype=str, keep_default_na=False)
    tested = frame[frame["p"] != ""]
    assert len(tested) > 500
    assert (tested["p"].astype(float) < 0.05).mean() < 0.05
    assert "differs beyond chance" not in set(frame["result"])
    assert "Made up" in (tmp_path / "out" / "comparison.html").read_text("utf-8")
