"""The model of all forces on the published tables: which forces, which ratios, what is said.

The models themselves are tested against R in tests/models; here the counts reach them whole.
"""

import re
from dataclasses import replace
from functools import cache
from math import exp

import numpy as np
import pytest

from analysis.audit import open_audit
from analysis.counts import Counts
from analysis.findings import TOO_FEW
from analysis.measures import all_forces
from analysis.measures.disparity import NOT_STANDARDISED, Benchmarks, Comparison
from analysis.measures.groups import grouped
from analysis.standard.people import ETHNIC_GROUPS
from tests.models.expected import WITHOUT_MIXED, number, published, rows

SEED = 1
LONDON = "Metropolitan Police"
# definition 13: forces whose CED uses cannot be broken down
LEFT_OUT = {
    "2018/19": ("Norfolk", "Staffordshire", "Suffolk", "Warwickshire", "West Mercia"),
    "2019/20": ("Warwickshire", "West Mercia"),
}


@cache
def benchmarks():
    audit = open_audit("Cambridgeshire", "2019/20")
    return Benchmarks(
        by_force=audit.every_year("ethnicity by force"),
        national=audit.every_year("ethnicity"),
        ced_by_force=audit.every_year("CED by force"),
        censuses={census: audit.residents_by("ethnicity", census) for census in ("2011", "2021")},
        arrests=audit.arrests,
        searches=audit.stop_and_search,
    )


def compared(tactic="CED", group="Black", reference="White"):
    return Comparison(tactic, group, reference, 0.95)


BLACK_TO_WHITE = compared()


@cache
def models(period="2019/20", comparison=BLACK_TO_WHITE):
    return all_forces.models(benchmarks(), comparison, period)


@cache
def every(period="2019/20", comparison=BLACK_TO_WHITE):
    """All that is concluded from the model of one year."""
    fitted = models(period, comparison)
    return (
        all_forces.ratios(fitted, SEED)
        + all_forces.diagnostics(fitted)
        + all_forces.leaving_out(fitted)
        + all_forces.pooled(fitted)
    )


def ratio(census, group, method, period="2019/20"):
    series = f"model/ced/census-{census}/{group.lower()}-to-white/{method}"
    return every(period).one(series)


def digits(finding, *parts):
    return [getattr(finding, part) for part in parts or ("value", "lower", "upper")]


def ten_digits(numbers):
    # a finding keeps ten significant digits
    return pytest.approx(numbers, rel=1e-9)


# which forces
@pytest.mark.parametrize("period, forces", [("2018/19", 38), ("2019/20", 41)])
def test_forces_without_a_breakdown_are_left_out_by_name_and_never_nought(period, forces):
    for model in models(period):
        assert len(model.fit.data.forces) == forces == 43 - len(LEFT_OUT[period])
        assert not set(LEFT_OUT[period]) & set(model.fit.data.forces)
        assert every(period).one(f"model/ced/census-{model.census}/"
                                 "black-to-white/diagnostics/forces").value == forces  # fmt: skip
    for finding in every(period):
        if finding.kind == "ratio":
            said = [one for one in finding.caveats if "left out: " in one and period in one]
            assert any(one.endswith(", ".join(LEFT_OUT[period])) for one in said), finding.id


@pytest.mark.parametrize("period", LEFT_OUT)
def test_every_cell_of_the_model_is_the_cell_of_the_table(period):
    # population_counts.csv is copied from the tidy tables without the project's code
    for model in models(period):
        wanted, data = published(period, model.census), model.fit.data
        assert data.forces == wanted.forces and data.groups == wanted.groups
        assert (data.events == wanted.events).all()
        there = data.residents > 0
        assert (data.residents[there] == wanted.residents[there]).all()
        # forces that print no Mixed among all their tactics do not record it
        gone = {(data.forces[force], data.groups[group]) for force, group in np.argwhere(~there)}
        assert gone == {(name, "Mixed") for name in WITHOUT_MIXED if name in data.forces}


def test_a_printed_nought_that_is_contradicted_is_no_nought():
    # 2018/19 prints 0 for Suffolk's CED uses on every group, and 221 uses in Table 13
    held = benchmarks().by_force.where(area="Suffolk", tactic="CED", period="2018/19")
    assert [count.printed for count in held if count.group == "White"] == ["0"]
    for model in models("2018/19"):
        assert "Suffolk" not in model.fit.data.forces
        assert not grouped(held).of("Suffolk", "White").available


def test_a_cell_that_the_home_office_has_not_is_no_nought():
    # 2019/20 prints ":" for West Mercia; read as 0 the force would stand in the model or be hidden
    held = benchmarks().by_force.where(area="West Mercia", tactic="CED", period="2019/20")
    assert {count.printed for count in held if count.group in ETHNIC_GROUPS} == {":"}


def test_one_cell_more_that_is_not_available_takes_its_force_out_of_that_group_alone():
    given = benchmarks()
    frame = given.by_force.frame.copy()
    kent = (frame["area"] == "Kent") & (frame["tactic"] == "CED") & (frame["period"] == "2019/20")
    gone = kent & (frame["group"] == "Black")
    assert gone.sum() == 1
    frame.loc[gone, ["value", "status", "printed"]] = [np.nan, "not available", ":"]
    damaged = replace(given, by_force=Counts(frame), _made={})
    (model, _) = all_forces.models(damaged, compared(), "2019/20")
    data = model.fit.data
    place = data.forces.index("Kent"), data.groups.index("Black")
    assert data.residents[place] == 0 and data.events[place] == 0
    assert (data.residents[place[0]] > 0).sum() == 4
    # no nought: the ratio does not fall as a force of a million without a use would make it
    before = models()[0].fit.log_ratios[0]
    assert model.fit.log_ratios[0] > before - 0.01
    assert any("Kent" in caveat for caveat in model.caveats())


# which ratios
ALL_OF_THEM = [row for row in rows("not_recorded.csv") if row["without"] == "none"]


@pytest.mark.parametrize(
    "row", ALL_OF_THEM, ids=lambda row: "-".join(row[key] for key in ("year", "census", "group"))
)
def test_ratios_and_their_intervals_as_r_gives_them(row):
    coefficient, error, *limits = number(row, "coefficient", "model_se", "cr2_lower", "cr2_upper")
    robust = ratio(row["census"], row["group"], "cr2", row["year"])
    assert digits(robust) == ten_digits([exp(coefficient), *map(exp, limits)])
    naive = ratio(row["census"], row["group"], "naive", row["year"])
    half = 1.959963984540054 * error
    wanted = [coefficient, coefficient - half, coefficient + half]
    assert digits(naive) == ten_digits(list(map(exp, wanted)))
    wild = ratio(row["census"], row["group"], "wild-bootstrap", row["year"])
    assert wild.value == robust.value and wild.lower < wild.value < wild.upper
    # the interval for chance alone is for contrast: it lies inside the two others
    for wide in (robust, wild):
        assert wide.lower < naive.lower and naive.upper < wide.upper
        assert wide.confidence == 0.95


@pytest.mark.parametrize("row", rows("not_recorded.csv", year="2019/20", group="Black"),
                         ids=lambda row: f"{row['census']}-{row['without']}")  # fmt: skip
def test_diagnostics_and_the_ratio_without_the_metropolitan_police_as_r_gives_them(row):
    start = f"model/ced/census-{row['census']}/black-to-white"
    if row["without"] == LONDON:
        left = every().one(f"{start}/without/metropolitan-police")
        assert left.value == ten_digits(exp(float(row["coefficient"])))
        return
    told = {
        name: every().one(f"{start}/diagnostics/{name}").value
        for name in ("dispersion", "effective-forces", "degrees-of-freedom", "uses")
    }
    wanted = number(row, "dispersion", "effective_clusters", "cr2_df")
    assert list(told.values())[:3] == ten_digits(wanted)
    # 6,608 on Black and 20,253 on White people among them (definitions.csv)
    assert told["uses"] == published("2019/20", "2021").events.sum() == 30676


@pytest.mark.parametrize(
    "census, place, printed", [("2011", None, 5.88), ("2021", None, 4.455), ("2011", LONDON, 6.41)]
)
def test_the_ratios_are_near_those_of_the_notes(census, place, printed):
    # methods/catalogue.md counts the forces that record no Mixed as noughts: 0.3% lower. Exactly so
    # they are in tests/models/test_force_counts.py.
    name = "without/metropolitan-police" if place else "cr2"
    assert ratio(census, "Black", name).value == pytest.approx(printed, rel=0.005)


def test_the_metropolitan_police_are_left_out_first_then_the_two_ends():
    for census in ("2011", "2021"):
        start = f"model/ced/census-{census}/black-to-white/without/"
        left = [row for row in every() if row.series_id.startswith(start)]
        assert [row.series_id.removeprefix(start) for row in left] == [
            "metropolitan-police", "lowest", "highest",
        ]  # fmt: skip
        assert LONDON in left[0].label
        assert left[1].value <= left[0].value <= left[2].value
        assert left[1].value < ratio(census, "Black", "cr2").value < left[2].value


def test_the_lowest_and_the_highest_are_of_the_forces_that_r_finds():
    # leave_one_force_out.csv has the noughts of forces that record no Mixed in it: within 0.5%
    left = {row["without"]: exp(float(row["coefficient"]))
            for row in rows("leave_one_force_out.csv")}  # fmt: skip
    for end, choose in (("lowest", min), ("highest", max)):
        name = choose(left, key=left.get)
        found = ratio("2021", "Black", f"without/{end}")
        assert name in found.label
        assert found.value == pytest.approx(left[name], rel=0.005)


@pytest.mark.parametrize("census", ["2011", "2021"])
@pytest.mark.parametrize("method, short", [("dersimonian-laird", "DL"), ("paule-mandel", "PM")])
def test_forces_as_drawn_from_a_spread_as_metafor_gives_it(census, method, short):
    (row,) = rows("random_effects.csv", year="2019/20", census=census, method=short,
                  without="City of London", subject="CED uses")  # fmt: skip
    start = f"model/ced/census-{census}/black-to-white/random-effects/{method}"
    mean, further = (every().one(f"{start}/{name}") for name in ("mean", "prediction"))
    wanted = number(row, "mu", "knha_lower", "knha_upper", "pi_t_lower", "pi_t_upper")
    assert digits(mean) == ten_digits([exp(one) for one in wanted[:3]])
    assert digits(further, "lower", "upper") == ten_digits([exp(one) for one in wanted[3:]])
    assert every().one(f"{start}/tau").value ** 2 == ten_digits(float(row["tau2"]))
    assert every().one(f"{start}/i2").value == ten_digits(float(row["i2"]) / 100)
    assert every().one(f"{start}/forces").value == 40
    assert any("City of London" in caveat for caveat in mean.caveats)


# what cannot be had
def test_a_group_without_enough_uses_has_no_number():
    # AEP fired, 2018/19: a few dozen uses, one group or another without any
    found = every("2018/19", compared("AEP fired", "Black", "White"))
    totals = benchmarks().uses("AEP fired", "2018/19")
    few = [
        group
        for group in ETHNIC_GROUPS[1:]
        if sum(totals.of(place, group).value or 0 for place in totals.having(group)) < 10
    ]
    assert few
    for group in few:
        for method in ("cr2", "wild-bootstrap", "naive"):
            one = found.one(f"model/aep-fired/census-2021/{group.lower()}-to-white/{method}")
            assert one.status == TOO_FEW and one.reason and one.value is None


@pytest.mark.parametrize("period", LEFT_OUT)
def test_a_reference_group_without_enough_uses_makes_no_group_a_reference(period):
    # the group after it must not take its place
    comparison = compared("AEP used" if period == "2019/20" else "AEP fired", "White", "Other")
    assert [model.fit for model in models(period, comparison)] == [None, None]
    found = every(period, comparison)
    assert len(found) and not any(row.available for row in found)
    assert all(row.reason for row in found)


@pytest.mark.parametrize(
    "tactic, group, reference",
    [("AEP", "Black", "Asian"), ("Shield", "White", "Black"), ("All tactics", "Black", "Mixed")],
)
def test_rare_and_common_tactics_and_other_reference_groups(tactic, group, reference):
    comparison = compared(tactic, group, reference)
    found = every("2019/20", comparison)
    pair = f"{group}-to-{reference}".lower()
    for census in ("2011", "2021"):
        for method in ("cr2", "wild-bootstrap", "naive"):
            one = found.one(f"{comparison.model(f'census-{census}', method)}")
            assert pair in one.series_id and f"{group} to {reference}" in one.label
            assert one.available or one.reason
    assert not any(f"{reference}-to-{reference}".lower() in row.series_id for row in found)


def test_turning_the_comparison_round_inverts_ratio_and_limits():
    turned = all_forces.ratios(models("2019/20", compared("CED", "White", "Black"))[1:], SEED)
    for method in ("cr2", "naive"):
        one, other = (
            found.one(f"model/ced/census-2021/{pair}/{method}")
            for found, pair in ((every(), "black-to-white"), (turned, "white-to-black"))
        )
        assert digits(other) == ten_digits([1 / one.value, 1 / one.upper, 1 / one.lower])


def test_the_seed_makes_the_draws_and_nothing_else():
    first, again, other = (all_forces.ratios(models()[1:], seed) for seed in (SEED, SEED, 2))
    assert [digits(row) for row in first] == [digits(row) for row in again]
    changed = {row.method for row, there in zip(first, other, strict=True)
               if digits(row) != digits(there)}  # fmt: skip
    assert changed == {all_forces.WILD}


@pytest.mark.parametrize(
    "tactic, group, reference",
    [("AEP fired", "Black", "White"), ("AEP fired", "White", "Other"), ("CED", "Black", "White")],
)
def test_what_the_chapter_quotes_is_there_whatever_the_numbers(tactic, group, reference):
    comparison = compared(tactic, group, reference)
    found = every("2018/19", comparison)
    for census in ("2011", "2021"):
        for name in (
            "cr2", "without/metropolitan-police", "diagnostics/forces",
            "diagnostics/effective-forces", "diagnostics/largest-share",
        ):  # fmt: skip
            one = found.one(comparison.model(f"census-{census}", name))
            assert one.available or (one.status == TOO_FEW and one.reason)
            assert one.available or tactic == "AEP fired"


# what is said
@pytest.mark.parametrize("period", LEFT_OUT)
def test_every_ratio_says_that_it_is_not_standardised_for_age_and_shows_no_cause(period):
    ratios = [row for row in every(period) if row.kind == "ratio"]
    assert len(ratios) > 30
    for row in ratios:
        assert NOT_STANDARDISED in row.caveats and "age" in NOT_STANDARDISED
        assert all_forces.ASSOCIATION in row.caveats and "cause" in all_forces.ASSOCIATION
        assert row.unit == "ratio of uses per resident" and row.counts


def test_no_words_of_causes_or_chances_of_people():
    # definition 17: an association never becomes a cause, groups are named
    found = [
        *every(), *every("2018/19"), *every("2019/20", compared("AEP used", "White", "Other")),
    ]  # fmt: skip
    words = {
        text
        for row in found
        for text in (row.label, row.method, row.reason, row.unit, row.outcome, *row.caveats)
    }
    banned = r"more likely|less likely|\bBAME\b|\bBME\b|because of|due to|\bcaused\b|\bbias\b"
    assert [text for text in words if re.search(banned, text, re.IGNORECASE)] == []
    assert any("Satterthwaite" in text for text in words)  # the words were read


def test_the_census_stands_in_every_label():
    for row in every():
        assert ("Census 2011" in row.label) == ("census-2011" in row.series_id)
        assert ("Census 2021" in row.label) == ("census-2021" in row.series_id)


def test_each_finding_rests_on_the_uses_and_the_residents():
    cell = "home-office-2019-20/ethnicity-by-force/2019-20/kent/tactic-uses/ced/black"
    held = benchmarks().by_force.frame["id"]
    assert (held == cell).sum() == 1
    assert {row.id for row in every() if row.available} <= every().resting_on(cell)
