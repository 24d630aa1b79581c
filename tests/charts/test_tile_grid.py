"""The grid of force areas: every force once, where its neighbours are, its value as text."""

import csv
import re
from functools import cache
from itertools import combinations

import pytest
from bs4 import BeautifulSoup

from analysis import charts
from analysis.audit import open_audit
from analysis.charts.tile_grid import SHADES, tiles
from analysis.measures import forces_compared
from analysis.measures.forces_compared import MENTAL_HEALTH, REPORTS
from analysis.standard.forces import official_forces
from tests.conftest import EXPECTED

PERIOD = "2019/20"


@cache
def borders():
    """Pairs of forces whose areas meet on land (tests/expected/README.md)."""
    with (EXPECTED / "force_borders.csv").open(encoding="utf-8", newline="") as file:
        return {frozenset(row.values()) for row in csv.DictReader(file)}


def beside(one, other, *, corners=False):
    """Whether two tiles share a side (or a corner)."""
    down = abs(tiles()[one].row - tiles()[other].row)
    across = abs(tiles()[one].column - tiles()[other].column)
    return max(down, across) == 1 if corners else down + across == 1


def test_borders_are_of_forces_and_leave_none_alone():
    named = [place for pair in borders() for place in pair]
    assert set(named) == set(official_forces()) and all(len(pair) == 2 for pair in borders())
    # the City lies within the Metropolitan Police's area
    assert [pair for pair in borders() if "City of London" in pair] == [
        frozenset({"City of London", "Metropolitan Police"})
    ]
    assert {place for pair in borders() if "Cambridgeshire" in pair for place in pair} == {
        "Cambridgeshire", "Lincolnshire", "Norfolk", "Suffolk", "Essex", "Hertfordshire",
        "Bedfordshire", "Northamptonshire",
    }  # fmt: skip


def test_every_force_has_one_tile():
    assert sorted(tiles()) == sorted(official_forces())
    assert (
        len({(tile.row, tile.column) for tile in tiles().values()}) == len(official_forces()) == 43
    )
    shorts = [tile.short for tile in tiles().values()]
    assert len(set(shorts)) == 43 and max(map(len, shorts)) <= 9


def test_tiles_beside_each_other_are_mostly_of_forces_that_border():
    side = [pair for pair in combinations(tiles(), 2) if beside(*pair)]
    true = [pair for pair in side if frozenset(pair) in borders()]
    assert len(true) >= 0.85 * len(side)
    # and most borders can be seen: as a side, or at least as a corner
    seen = [pair for pair in borders() if beside(*pair, corners=True)]
    assert len(seen) >= 0.85 * len(borders())
    for pair in borders():
        one, other = (tiles()[place] for place in pair)
        assert max(abs(one.row - other.row), abs(one.column - other.column)) <= 2, pair


def test_every_force_stands_beside_one_that_it_borders():
    for place in official_forces():
        assert any(beside(*pair) for pair in borders() if place in pair), place


def test_a_region_is_one_block():
    for region in {force.region for force in official_forces().values()}:
        left = {place for place, force in official_forces().items() if force.region == region}
        reached = {left.pop()}
        while more := {one for one in left if any(beside(one, other) for other in reached)}:
            reached |= more
            left -= more
        assert not left, region


def test_north_is_up_and_east_is_right():
    # places known to lie so
    for north, south in (("Northumbria", "Durham"), ("Durham", "West Yorkshire"),
                         ("Lincolnshire", "Cambridgeshire"), ("Thames Valley", "Hampshire"),
                         ("Hertfordshire", "Kent"), ("North Wales", "South Wales")):  # fmt: skip
        assert tiles()[north].row < tiles()[south].row
    for west, east in (("Cumbria", "Cleveland"), ("Merseyside", "Humberside"),
                       ("Dyfed-Powys", "Suffolk"), ("Devon and Cornwall", "Kent"),
                       ("Cheshire", "Lincolnshire")):  # fmt: skip
        assert tiles()[west].column < tiles()[east].column


def luminance(colour):
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_shades_darken_step_by_step_and_leave_the_text_legible():
    light = [luminance(shade) for shade in SHADES]
    assert light == sorted(light, reverse=True)
    # steps that can be told apart without colour, and black text at least 4.5 to 1 (WCAG 1.4.3)
    assert all((one + 0.05) / (other + 0.05) > 1.15 for one, other in zip(light, light[1:],
                                                                         strict=False))  # fmt: skip
    text = luminance(charts.drawing.BLACK)
    assert all((one + 0.05) / (text + 0.05) > 4.5 for one in light)


@cache
def placed():
    audit = open_audit("Cambridgeshire", PERIOD)
    tables = {subject: audit.official(subject)
              for subject in ("reports by force", "health condition by force")}  # fmt: skip
    tables["residents"] = audit.residents_by("age")
    return forces_compared.in_funnel(tables, PERIOD, REPORTS, MENTAL_HEALTH)


@cache
def grid(question=REPORTS, area="Cambridgeshire"):
    return charts.tile_grid.tile_grid(placed(), question, area)


def test_the_value_of_each_force_stands_on_its_tile():
    page = BeautifulSoup(grid().svg, "lxml")
    shown = {one["data-id"]: one.get_text().strip() for one in page.select("[data-id]")}
    rows = placed().where(series_id=f"{REPORTS.ids()}/limits-95")
    assert shown == {row.id: row.text() for row in rows if row.available}
    assert len(shown) == 42  # the City of London has none
    text = page.get_text(" ")
    assert all(tile.short in text for tile in tiles().values())


def test_the_shade_is_the_step_of_the_value():
    page = BeautifulSoup(grid().svg, "lxml")
    fills = re.findall(r"fill: (#[0-9a-f]{6})", str(page))
    values = [row.value for row in placed().where(series_id=f"{REPORTS.ids()}/limits-95")
              if row.available]  # fmt: skip
    width = (max(values) - min(values)) / len(SHADES)
    wanted = [SHADES[min(int((value - min(values)) / width), 4)] for value in values]
    for shade in SHADES:  # and once in the key
        assert fills.count(shade) == wanted.count(shade) + 1


def test_a_force_without_a_value_is_hatched_and_named():
    chart = grid(MENTAL_HEALTH)
    assert "Without a value: Warwickshire, West Mercia, Wiltshire." in chart.alternative
    assert "no value" in BeautifulSoup(chart.svg, "lxml").get_text(" ")


def test_the_area_is_framed():
    # the one frame in orange, besides that of the key
    for area in ("Cambridgeshire", "City of London"):
        assert grid(area=area).svg.count("stroke: #b85c00") == 2
    assert "City of London: not available." in grid(area="City of London").alternative


@pytest.mark.parametrize("area", ["Cambridgeshire", "City of London", "Devon and Cornwall"])
@pytest.mark.parametrize("draw", ["funnel", "tile_grid"])
def test_the_warning_is_in_the_picture_and_in_its_words(draw, area):
    chart = getattr(getattr(charts, draw), draw)(placed(), REPORTS, area)
    seen = " ".join(BeautifulSoup(chart.svg, "lxml").get_text(" ").split())
    for words in ("not always reliable", "not people", "no ranking"):
        assert words in seen
    assert "not always reliable; nothing is ranked" in chart.alternative
    assert area in chart.alternative
    areas = list(dict.fromkeys(row.area for row in chart.rows if row.area in official_forces()))
    assert areas == sorted(official_forces())
