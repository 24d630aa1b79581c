"""The form of a country's params file: forces and periods instead of one area and period.

All else in it is what a params file of one report holds, and is checked as such for each report.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path

from analysis.errors import refusal
from analysis.parameters import RECORD_CHAPTERS, Parameters, check, read_yaml
from analysis.standard.forces import force_name, forces, official_forces
from analysis.standard.names import slug
from analysis.standard.periods import GRAMMAR, parse_period

ALL = "all"
COMMON = tuple(key for key in Parameters.model_fields if key not in ("area", "period"))
KEYS = ("areas", "periods", *COMMON)


@dataclass(frozen=True)
class Country:
    """The reports that a file asks for, and the forces and periods without a file of records."""

    reports: tuple[Parameters, ...]
    without_records: tuple[tuple[str, str], ...]


def read_country(path: Path) -> Country:
    """A country's params file, checked; every fault is told before anything starts.

    In the paths of ``sources``, ``{area}`` and ``{period}`` stand for the names of a report's
    folder, as in ``records: files/{area}_{period}.csv``. ``areas: all`` are the forces of the
    official tables, or, where records are given, those of all forces that have a file; a force
    without official figures then has the other chapters only.
    """
    given = read_yaml(path, "params file of a country", KEYS)
    if unknown := sorted(str(key) for key in given.keys() - set(KEYS)):
        raise refusal(str(path), f"key {unknown[0]!r} is not known", KEYS)
    pattern = _mapping(given, "sources", path).get("records")
    areas, all_areas = _areas(given, path, bool(pattern))
    reports, without = [], []
    for period, area in product(_periods(given, path), areas):
        own = {key: given[key] for key in COMMON if key in given}
        own["sources"] = _filled(given, area, period, path)
        if pattern and not (path.parent / own["sources"]["records"]).is_file():
            if not all_areas:
                where = f"{path}: sources.records: {own['sources']['records']}"
                raise refusal(where, f"there is no such file ({area}, {period})")
            without.append((area, period))
            continue
        if all_areas and not forces()[area].official and isinstance(own.get("chapters"), list):
            own["chapters"] = [one for one in own["chapters"] if one in RECORD_CHAPTERS]
        reports.append(check({"area": area, "period": period, **own}, str(path)))
    if not reports:
        raise refusal(f"{path}: sources.records", f"no file is named as {pattern!r} says")
    return Country(tuple(reports), tuple(without))


def _mapping(given: dict, key: str, path: Path) -> dict:
    found = given.get(key) or {}
    if not isinstance(found, dict):
        raise refusal(f"{path}: {key}", repr(found), "keys with values")
    return found


def _areas(given: dict, path: Path, records: bool) -> tuple[list[str], bool]:
    """The names of the forces, and whether all were asked for."""
    asked, allowed = given.get("areas"), f"{ALL}, or a list of forces"
    if asked == ALL:
        return list(forces() if records else official_forces()), True
    if not isinstance(asked, list) or not asked or not all(isinstance(one, str) for one in asked):
        raise refusal(f"{path}: areas", repr(asked), allowed)
    return _once([force_name(one, f"{path}: areas") for one in asked], f"{path}: areas"), False


def _periods(given: dict, path: Path) -> list[str]:
    asked = given.get("periods")
    if not isinstance(asked, list) or not asked:
        raise refusal(f"{path}: periods", repr(asked), f"a list: {GRAMMAR}")
    where = f"{path}: periods"
    return _once([str(parse_period(str(one), where)) for one in asked], where)


def _once(names: list[str], where: str) -> list[str]:
    double = next((name for name in names if names.count(name) > 1), None)
    if double:
        raise refusal(where, f"{double!r} stands twice", "each once")
    return names


def _filled(given: dict, area: str, period: str, path: Path) -> dict[str, object]:
    """The sources of one report; what is not text is left for the check of the report."""
    filled = {}
    for key, pattern in _mapping(given, "sources", path).items():
        filled[key] = pattern
        if isinstance(pattern, str):
            try:
                filled[key] = pattern.format(area=slug(area), period=slug(period))
            except (LookupError, ValueError, AttributeError):
                raise refusal(
                    f"{path}: sources.{key}", repr(pattern), "{area} and {period} in braces"
                ) from None
    return filled
