"""Comparing two reports: reads their folders, writes a table and a page of what differs."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from urllib.parse import quote

import pandas as pd
from markupsafe import Markup

from analysis import counts as count_tables
from analysis import findings as finding_tables
from analysis.checks import comparison
from analysis.checks.compared import Report
from analysis.checks.comparison import Comparison
from analysis.counts import ROWS
from analysis.errors import CannotWrite, refusal
from analysis.findings import formatted
from analysis.measures.contrasts import DIFFERENCE
from analysis.measures.intervals import INDEPENDENT
from analysis.report import page
from analysis.report.crate import flat
from analysis.report.manifest import read_manifest, table_of
from analysis.report.trace import anchor
from analysis.rows import unit_of
from analysis.tables import without_formulas, write_table

TABLE, PAGE = "comparison.csv", "comparison.html"
_OF_AREAS = (comparison.BESIDE, comparison.APART)
_ALIKE = {False: "Had nothing changed", True: "Were the two areas alike"}
_MADE_WITH = ("code", "notebooks", "packages", "python", "system")


@dataclass(frozen=True)
class Side:
    """One of the two reports: what is compared of it, and what it was made with.

    ``trace``: the way from the comparison to the page that explains its numbers, and ``places``
    the ids on that page; nothing where the report does not lie beside the comparison.
    """

    report: Report
    manifest: dict
    trace: str = ""
    places: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return f"{self.report.area}, {self.report.period}"

    def whence(self, one: str) -> str:
        """Where a count or finding is explained; nothing where no page does."""
        return f"{self.trace}#{anchor(one)}" if anchor(one) in self.places else ""


def compare(before: Path, after: Path, out: Path) -> list[str]:
    """Compare the report in ``after`` (B) with that in ``before`` (A); returns what to tell.

    Writes comparison.csv and comparison.html to ``out``. Refuses one folder twice, a folder that is
    no report or was edited, an ``out`` that holds other files, and two periods or areas that are
    one content.
    """
    if before.resolve() == after.resolve():
        raise refusal(str(after), "is the same folder as the first", "the folder of another report")
    _refuse_other_files(out)
    a, b = (_read(folder, out) for folder in (before, after))
    _refuse_one_file(a, b)
    found = comparison.compare(a.report, b.report)
    try:
        write_table(without_formulas(found.frame), out / TABLE)
        (out / PAGE).write_text(_page(found, a, b), encoding="utf-8", newline="\n")
    except OSError as error:
        where = f"{error.filename or out}: cannot be written ({error.strerror})"
        raise CannotWrite(where) from None
    told = [f"A: {a.name}. B: {b.name}. These are {found.relation}."]
    return told + _answers(found, a, b) + [str(out / PAGE), str(out / TABLE)]


def _refuse_other_files(out: Path) -> None:
    if not out.exists():
        return
    others = sorted({path.name for path in out.iterdir()} - {TABLE, PAGE}) if out.is_dir() else [""]
    if others:
        problem = f"holds other files, such as {others[0]!r}" if others[0] else "is no folder"
        raise refusal(str(out), problem, "a new folder, or one of an earlier comparison")


def _read(folder: Path, out: Path) -> Side:
    manifest = read_manifest(folder)
    tables = {
        name: table_of(folder, manifest, f"{name}.csv", module.COLUMNS)
        for name, module in (("findings", finding_tables), ("counts", count_tables))
    }
    units = {}
    if "rows.csv" in manifest["outputs"]:
        rows = table_of(folder, manifest, "rows.csv", ["id", ROWS])
        units = dict(zip(rows["id"], map(unit_of, rows[ROWS]), strict=True))
    files = defaultdict(dict)
    for one in manifest["inputs"]:
        files[one["source"]][one["file"]] = one["sha256"]
    given = manifest["parameters"]
    release = manifest.get("release", {})
    return Side(
        Report(given["area"], given["period"], **tables, choices=given["choices"], files=files,
               units=units, rounded=frozenset(release.get("restricted", ()))),
        manifest,
        *_explained(folder, out),
    )  # fmt: skip


def _explained(folder: Path, out: Path) -> tuple[str, frozenset[str]]:
    """The way from ``out`` to the page that explains a report's numbers, and the ids on it.

    Nothing where the report is not below the folder that ``out`` is in: the way to it would name
    folders of this machine, and would hardly be there where the comparison is read.
    """
    path, beside = folder.resolve() / page.TRACE, out.resolve().parent
    if not (path.is_file() and path.is_relative_to(beside)):
        return "", frozenset()
    places = re.findall(r'<dt id="([^"]+)"', path.read_text(encoding="utf-8"))
    return f"../{quote(path.relative_to(beside).as_posix())}", frozenset(places)


def _refuse_one_file(a: Side, b: Side) -> None:
    """One file of records under two periods or areas is a likely copy (definition 25)."""
    hashes = [side.manifest["sources"].get("records", {}).get("sha256") for side in (a, b)]
    if a.name != b.name and hashes[0] and hashes[0] == hashes[1]:
        problem = "rest on one file of records, byte for byte: a likely copy (definition 25)"
        raise refusal(f"{a.name} and {b.name}", problem, "each report on its own records")


def _answers(found: Comparison, a: Side, b: Side) -> list[str]:
    """What came of it, in sentences: first on the areas that the reports are about."""
    results = found.frame["result"].value_counts()
    if set(results.index) == {comparison.EQUAL}:
        return [f"Nothing differs in {len(found.frame):,} series."]
    number = {name: int(results.get(name, 0)) for name in comparison.RESULTS}
    return [*_of_chance(found, _own(found, a, b)), *_of_the_rest(number)]


def _own(found: Comparison, a: Side, b: Side) -> pd.DataFrame:
    """The rows on the area that each report is about."""
    held = found.frame
    return held[held["area_a"].isin(["", a.report.area]) & held["area_b"].isin(["", b.report.area])]


def _of_chance(found: Comparison, own: pd.DataFrame) -> Iterator[str]:
    if not found.tests:
        yield "Nothing was tested for chance."
        return
    about = " and ".join(dict.fromkeys(filter(None, [*own["area_a"], *own["area_b"]])))
    places = {about: own}
    if (own["p"] != "").sum() < found.tests:
        places["all places in the reports"] = found.frame
    for where, rows in places.items():
        beyond, tested = (rows["result"] == comparison.BEYOND).sum(), (rows["p"] != "").sum()
        yield (
            f"On {where}: {beyond:,} of {tested:,} figures that were tested differ beyond chance "
            f"(q at most {found.alpha:g})."
        )
    yield (
        f"{_ALIKE[found.relation in _OF_AREAS]}, about {found.alpha * found.tests:,.0f} of "
        f"{found.tests:,} tests would have fallen below {found.alpha:g} by chance alone; "
        f"{found.below:,} did. The q-values allow for so many tests."
    )


def _of_the_rest(number: dict[str, int]) -> Iterator[str]:
    missing = sum(number[name] for name in comparison.MISSING.values())
    alone = sum(number[name] for name in comparison.ONLY.values())
    yield (
        "Revised by a source, and so no difference in what happened: "
        f"{number[comparison.REVISED]:,}."
    )
    if number[comparison.OTHERWISE]:
        yield (
            f"Made otherwise from the same source, by other code or parameters: "
            f"{number[comparison.OTHERWISE]:,}."
        )
    yield (
        f"Not comparable: {number[comparison.UNCOMPARABLE]:,}. Not available in one or either: "
        f"{missing:,}. In one report only: {alone:,}. Different, and not tested: "
        f"{number[comparison.UNTESTED]:,}. The same: {number[comparison.EQUAL]:,}."
    )


@dataclass(frozen=True)
class _Group:
    """A table of the page, or a list of reasons with the number of series of each."""

    title: str
    said: str
    rows: tuple[dict[str, str], ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    folded: bool = False


def _page(found: Comparison, a: Side, b: Side) -> str:
    made_up = [name for name, side in (("A", a), ("B", b)) if side.manifest["made_up"]]
    text = page.template(Path(__file__).with_name("compare.html.j2")).render(
        sides={"A": a.name, "B": b.name},
        relation=found.relation,
        made_up=made_up,
        answers=_answers(found, a, b),
        warnings=_warnings(found),
        groups=[*_groups(found, a, b)],
        making=[*_making(a, b)],
        linked=bool(a.places or b.places),
        table=TABLE,
        style=Markup((page.HERE / "page.css").read_text(encoding="utf-8")),
    )
    return text.replace("\r\n", "\n")


def _warnings(found: Comparison) -> list[str]:
    """The caveats of the comparisons, each once, as sentences."""
    caveats = {one for text in found.frame["caveats"] for one in text.split("; ") if one}
    known = [comparison.RECORDING, comparison.NO_RANKING, comparison.ADJUSTED, INDEPENDENT]
    return [f"{one[0].upper()}{one[1:]}." for one in known if set(one.split("; ")) <= caveats]


def _groups(found: Comparison, a: Side, b: Side) -> Iterator[_Group]:
    """The tables of the page: figures on the areas that the reports are about."""
    own = _own(found, a, b)
    for title, result, said, folded in (
        ("Differs beyond chance", comparison.BEYOND, "Chance alone would hardly do this.", False),
        ("Revised", comparison.REVISED, "One place and period, other sources: a correction, and no "
         "change in what happened.", False),
        ("Made otherwise", comparison.OTHERWISE, "The same source, counted by other code or "
         "parameters.", False),
        ("No difference beyond chance", comparison.WITHIN, "The numbers differ no more than chance "
         "alone can make them differ. That does not show that they are the same.", True),
        ("Differs, not tested", comparison.UNTESTED, "There are no limits of chance to hold these "
         "against: the table says why.", True),
        ("Not comparable", comparison.UNCOMPARABLE, "One series, counted or measured in two ways.",
         False),
    ):  # fmt: skip
        chosen = own[own["result"] == result]
        for table, what in (("finding", "findings"), ("count", "counts")):
            chosen_rows = chosen[chosen["table"] == table].to_dict("records")
            rows = tuple(_shown(row, a, b) for row in chosen_rows)
            if rows:
                yield _Group(f"{title}: {what}", said, rows, folded=folded)
    absent = [*comparison.MISSING.values(), *comparison.ONLY.values()]
    for result in absent:
        reasons = own.loc[own["result"] == result, "reason"].value_counts()
        if len(reasons):
            listed = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
            yield _Group(result[0].upper() + result[1:], "", reasons=tuple(listed))


def _shown(row: dict[str, str], a: Side, b: Side) -> dict[str, str]:
    """A row as the page shows it; periods that are not the reports' own are named."""
    periods = (a.report.period, b.report.period)
    kind = row["form"].partition(":")[0]
    held = (row["period_a"], row["period_b"])
    named = "" if held == periods else f", {' against '.join(dict.fromkeys(held))}"
    return {
        "label": f"{row['label']}{named}",
        "unit": row["unit"],
        "id_a": row["id_a"],
        "id_b": row["id_b"],
        "whence_a": a.whence(row["id_a"]),
        "whence_b": b.whence(row["id_b"]),
        "a": _value(row, "a"),
        "a_limits": _limits(row["lower_a"], row["upper_a"], row["form"]),
        "b": _value(row, "b"),
        "b_limits": _limits(row["lower_b"], row["upper_b"], row["form"]),
        "difference": _difference(row["difference"], row["form"]),
        "ratio": formatted(float(row["ratio"]), "number:2") if row["ratio"] else "",
        "limits": _contrast_limits(row, kind),
        "limits_of": row["limits_of"],
        "q": _q(row["q"]),
        "reason": row["reason"],
    }


def _value(row: dict[str, str], side: str) -> str:
    value = row[f"value_{side}"]
    if value:
        return formatted(float(value), row["form"])
    return row[f"outcome_{side}"] or row[f"status_{side}"]


def _limits(lower: str, upper: str, form: str) -> str:
    return f"{_limit(lower, form)} to {_limit(upper, form)}" if lower else ""


def _limit(limit: str, form: str) -> str:
    """A limit as the reader sees it; a ratio may have none above."""
    return formatted(float(limit), form) if limit and isfinite(float(limit)) else "no limit"


def _contrast_limits(row: dict[str, str], kind: str) -> str:
    if not row["p"]:
        return ""
    of_shares = row["limits_of"] == DIFFERENCE
    limits = _limits(row["lower"], row["upper"], row["form"] if of_shares else "number:2")
    return _points(limits, kind) if of_shares else limits


def _difference(difference: str, form: str) -> str:
    if not difference:
        return ""
    sign = "+" if float(difference) > 0 else ""
    return sign + _points(formatted(float(difference), form), form.partition(":")[0])


def _points(text: str, kind: str) -> str:
    """Differences of shares are percentage points, not per cent."""
    return f"{text.replace('%', '')} points" if kind == "percent" else text


def _q(q: str) -> str:
    if not q:
        return ""
    return "under 0.001" if float(q) < 0.001 else formatted(float(q), "number:3")


def _making(a: Side, b: Side) -> Iterator[str]:
    """What the two reports were made with, where it differs."""
    for name in _MADE_WITH:
        own, other = (side.manifest[name] for side in (a, b))
        if own == other:
            continue
        if isinstance(own, dict):
            differ = sorted(one for one in own.keys() | other.keys()
                            if own.get(one) != other.get(one))  # fmt: skip
            yield f"{name}: {', '.join(differ)}"
        else:
            yield f"{name}: {own} and {other}"
    given = [flat(side.manifest["parameters"]) for side in (a, b)]
    for key in sorted(given[0].keys() | given[1].keys()):
        values = [str(one.get(key, "not given")) for one in given]
        if values[0] != values[1]:
            yield f"parameter {key}: {values[0]} and {values[1]}"
    for name, side in (("A", a), ("B", b)):
        for chapter in sorted(side.manifest["failed_chapters"]):
            yield f"chapter {chapter} failed in {name}: what it would have found is missing"
        if release := side.manifest.get("release"):
            base = release["rounding"]
            yield f"{name} is a release: its restricted numbers are rounded to {base}"
