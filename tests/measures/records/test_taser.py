"""Taser in records written by hand: kinds, orders, discharge, carriage, and what contradicts."""

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from analysis.counts import gather
from analysis.ledger import Ledger
from analysis.measures.records import taser, taser_checks
from analysis.records import CED_DETAILS
from analysis.rows import rows_of
from analysis.sources import district_activity
from analysis.standard.form import CED_USES
from tests.records_by_hand import records_of

DRAWN, AIMED, RED_DOT, ARCED = "CED drawn", "CED aimed", "CED red-dot", "CED arced"
FIRED, ANGLED, NOT_STATED = "CED fired", "CED angled drive stun", "CED not stated"
METROPOLITAN = "highest use, metropolitan order"
FIRED_HIGHEST = "highest use, fired-highest order"


def use(*kinds, **answers):
    """A report in which a CED is used: the last kind stands among the tactics, all in the block."""
    given = {"CED trained": "Yes", "CED carried": "Yes", "tactics": [kinds[-1]], "ced": [*kinds]}
    return given | answers


# of 8 uses: drawn, aimed, red-dot, arced and a kind not stated one each, three discharges
USES = (
    use(DRAWN),
    use(DRAWN, AIMED),
    use(DRAWN, RED_DOT),
    use(ARCED, **{"CED carried": "No"}),
    use(DRAWN, FIRED),
    use(FIRED, ANGLED),  # the two orders differ
    use(AIMED, FIRED, **{"CED carried": "Not reported"}),
    {"tactics": [NOT_STATED], "CED carried": "Yes", "CED trained": "No"},
)
OTHERS = (
    {"CED trained": "Yes", "CED carried": "Yes"},
    {"CED trained": "Yes"},
    {"CED trained": "Not reported", "CED carried": "Not reported"},
    {},
)


def alone(records):
    """Every report an incident of its own."""
    return pd.Series(range(len(records)), records.reports.index)


@pytest.fixture(scope="module")
def records():
    return records_of(*USES, *OTHERS)


def counted(records, group):
    return {one.tactic: one.value for one in taser.kinds(records).where(group=group)}


def test_the_highest_use_in_each_report(records):
    # definition 6: drawn, then aimed, red-dotted and fired is one "fired"
    assert counted(records, METROPOLITAN) == {
        "CED": 8, "CED non-discharge": 4, "CED discharge": 3, "CED not stated": 1,
        "CED drawn": 1, "CED aimed": 1, "CED red-dot": 1, "CED arced": 1,
        "CED fired": 2, "CED drive stun": 0, "CED angled drive stun": 1,
    }  # fmt: skip
    other = counted(records, FIRED_HIGHEST)
    assert (other["CED fired"], other["CED angled drive stun"]) == (3, 0)


def test_every_kind_counts_a_report_once_for_each(records):
    every = counted(records, taser.EVERY_KIND)
    assert every == {
        "CED": 8, "CED non-discharge": 6, "CED discharge": 3, "CED not stated": 1,
        "CED drawn": 4, "CED aimed": 2, "CED red-dot": 1, "CED arced": 1,
        "CED fired": 3, "CED drive stun": 0, "CED angled drive stun": 1,
    }  # fmt: skip


def test_highest_uses_add_up_and_a_reader_can_repeat_them(records):
    counts = taser.kinds(records)
    sums = counts.equations()
    totals = sums[sums["relation"] == "tactic"].groupby("total")["part"]
    values = counts.by_id["value"]
    # discharge and non-discharge of two orders, and the uses: each is the sum of its parts
    assert len(totals) == 6
    assert all(values[total] == values[list(parts)].sum() for total, parts in totals)
    one = counts.one(tactic="CED fired", group=METROPOLITAN)
    assert one.text("where") == "by_hand.csv, cell reports whose highest in its report is CED fired"
    assert one.edition == "made up"


def test_how_the_ways_of_counting_differ(records):
    found = taser.ways_compared(records)
    assert found.one("records-taser/orders-differ").value == 1
    assert found.one("records-taser/kinds-in-all").value == 13


def discharge(records, order="metropolitan", confidence=0.95):
    found = taser.discharge(records, order, alone(records), confidence)
    return {row.series_id.removeprefix("records-taser/discharge-"): row for row in found}


@pytest.mark.parametrize("order", ["metropolitan", "fired-highest"])
def test_discharge_among_all_among_stated_and_the_limits(records, order):
    # definition 7: 3 of 8; 3 of 7 stated; none or all of the one not stated: 3 and 4 of 8
    found = discharge(records, order)
    assert {name: row.value for name, row in found.items()} == pytest.approx(
        {"share-of-all": 3 / 8, "share-of-stated": 3 / 7, "limit-none": 3 / 8, "limit-all": 4 / 8}
    )
    row = found["share-of-stated"]
    assert [count.value for count in row.counts] == [3, 8, 1]
    # every report an incident of its own: Wilson's interval
    wanted = proportion_confint(3, 7, 0.05, "wilson")
    assert (row.lower, row.upper) == pytest.approx(wanted, rel=1e-9)
    assert found["limit-all"].lower is None
    said = {name: row.basis.format(*(one.text() for one in row.counts))
            for name, row in found.items()}  # fmt: skip
    assert said == {
        "share-of-all": "3 of 8",
        "share-of-stated": "3 of 8, less 1 not stated",
        "limit-none": "3 of 8",
        "limit-all": "3 and 1 not stated, of 8",
    }


def test_reports_of_one_incident_widen_the_interval(records):
    incidents = alone(records) // 2
    (row,) = [
        row
        for row in taser.discharge(records, "metropolitan", incidents, 0.95)
        if row.series_id.endswith("share-of-all")
    ]
    single = discharge(records)["share-of-all"]
    assert row.value == single.value
    assert row.upper - row.lower > single.upper - single.lower


def test_without_a_use_there_is_no_share_of_discharges():
    found = discharge(records_of(*OTHERS))
    assert {row.reason for row in found.values()} == {taser.NO_USE}
    assert len(found) == 4


def test_the_ladder_from_carriage(records):
    found = taser.carriage(records, alone(records), 0.95)
    stages = {row.series_id: [count.value for count in row.counts] for row in found}
    assert stages == {
        "records-taser/trained-of-reports": [9, 11],  # one of the 12 does not say
        "records-taser/carried-of-trained": [6, 8],  # of nine trained one does not say
        "records-taser/used-of-carried": [6, 7],  # five trained, one not, and one without use
        "records-taser/discharged-of-used": [3, 8],
        "records-taser/used-of-reports": [8, 12],
    }
    row = found.one("records-taser/used-of-carried")
    wanted = proportion_confint(6, 7, 0.05, "wilson")
    assert (row.lower, row.upper) == pytest.approx(wanted, rel=1e-9)
    assert taser.FORCE_ONLY in row.caveats


def test_a_file_without_the_columns_of_carriage(records):
    without = records_of(*USES, absent=("CED trained",))
    found = taser.carriage(without, alone(without), 0.95)
    reason = "the file has no column for CED trained"
    assert found.one("records-taser/trained-of-reports").reason == reason
    assert found.one("records-taser/carried-of-trained").reason == reason
    assert found.one("records-taser/used-of-carried").available
    checks = taser_checks.contradictions(without, "metropolitan")
    assert checks.one("records-taser/carried-not-trained").reason == reason


def test_a_question_that_nobody_answers_has_no_share():
    silent = records_of(*(report | {"CED trained": "Not reported"} for report in USES))
    found = taser.carriage(silent, alone(silent), 0.95)
    assert found.one("records-taser/trained-of-reports").reason == taser.NO_BASE


def contradictions(*reports, **given):
    found = taser_checks.contradictions(records_of(*reports, **given), "metropolitan")
    return {row.series_id.removeprefix("records-taser/"): row.value for row in found}


def test_contradictions_are_counted():
    assert contradictions(*USES, *OTHERS) == {
        "used-not-carried": 1,
        "used-carriage-not-reported": 1,
        "carried-not-trained": 1,
        "tactic-without-block": 1,  # the kind not stated stands among the tactics only
        "block-without-tactic": 0,
        "highest-differs": 0,
        "several-devices": 0,
        "repeated-cycles": 0,
    }


def test_a_file_without_the_block_on_ceds_contradicts_nothing():
    block = tuple(f"CED 1: {use}" for use in CED_USES)
    found = contradictions(use(FIRED), {"tactics": [FIRED]}, absent=block)
    assert found["tactic-without-block"] is found["several-devices"] is None
    assert found["carried-not-trained"] is not None


def test_repeated_cycles_are_counted_where_they_can_be_ticked():
    details = pd.DataFrame({"row": [2, 2], "device": [1, 2], "detail": CED_DETAILS[:2]})
    assert contradictions(use(FIRED), use(FIRED), ced_details=details)["repeated-cycles"] == 1
    boxes = tuple(f"CED {device}: {detail}" for device in range(1, 5) for detail in CED_DETAILS)
    assert contradictions(use(FIRED), absent=boxes)["repeated-cycles"] is None


def test_a_contradiction_names_its_reports():
    details = pd.DataFrame({"row": [3], "device": [1], "detail": CED_DETAILS[:1]})
    records = records_of(use(FIRED), use(FIRED), use(DRAWN), ced_details=details)
    found = taser_checks.contradictions(records, "metropolitan")
    cycles = found.one("records-taser/repeated-cycles").counts[0]
    assert rows_of(cycles.rows) == [3]


def test_tactics_and_block_that_disagree():
    reports = ({"ced": [DRAWN]}, {"tactics": [AIMED], "ced": [DRAWN]}, {"tactics": [FIRED]})
    found = contradictions(*reports)
    assert found["block-without-tactic"] == 1
    assert found["highest-differs"] == 1
    assert found["tactic-without-block"] == 1


def test_uses_of_several_devices():
    records = records_of(use(DRAWN, FIRED), use(DRAWN))
    records.ced["device"] = [1, 2, 1]
    found = taser_checks.contradictions(records, "metropolitan")
    assert found.one("records-taser/several-devices").value == 1


def test_how_often_a_tactic_was_found_effective():
    reports = [
        *({"tactics": [("Baton used", "Yes")]} for _ in range(9)),
        {"tactics": [("Baton used", "No"), ("Baton used", "Yes")]},  # any entry
        {"tactics": [("Baton used", "No")]},
        {"tactics": [("Baton used", "Not reported"), ("Tactical communication", "Yes")]},
        use(FIRED, tactics=[(FIRED, "No")]),
    ]
    records = records_of(*reports)
    found = taser.effectiveness(records, alone(records), 0.95)
    assert [row.label for row in found] == ["CED", "CED fired", "Baton used"]
    baton = found.one("records-taser/effective/baton-used")
    assert [count.value for count in baton.counts] == [10, 11]
    wanted = proportion_confint(10, 11, 0.05, "wilson")
    assert (baton.lower, baton.upper) == pytest.approx(wanted, rel=1e-9)
    fired = found.one("records-taser/effective/ced-fired")
    assert (fired.status, [one.value for one in fired.counts]) == ("too few to say", [0, 1])


def test_a_tactic_without_an_answer():
    records = records_of({"tactics": [("Shield", "Not reported")]})
    (row,) = taser.effectiveness(records, alone(records), 0.95)
    assert row.reason == taser.NO_BASE


def activity(*rows, printed="Made up"):
    columns = [
        "month", "district", "incidents_immediate", "authorisations", "uses", "discharges"
    ]  # fmt: skip
    frame = pd.DataFrame([[str(one) for one in row] for row in rows], columns=columns)
    frame = frame.assign(area="Cambridgeshire", incidents_prompt="0", printed_in=printed)
    return district_activity.clean(frame, "activity.csv", Ledger(), "log")


MONTHS = (
    *(("2017-03", place, 90, 9, 9, 9) for place in ("Ely", "Fenland")),  # not of the quarter
    ("2017-04", "Fenland", 90, 9, 2, 1), ("2017-04", "Ely", 90, 9, 0, 0),
    ("2017-05", "Fenland", 90, 9, 1, 0), ("2017-05", "Ely", 90, 9, 2, 0),
    ("2017-06", "Fenland", 90, 9, 0, 0), ("2017-06", "Ely", 90, 9, 1, 1),
)  # fmt: skip


def quarter(**given):
    return records_of(
        use(FIRED, date="2017-04-30"),
        use(DRAWN, date="2017-04-02"),
        use(DRAWN, date="2017-05-01"),
        use(DRAWN, date="2017-05-01", district="Ely"),
        use(FIRED, date="2017-05-02", district="Ely"),
        use(FIRED, date="2017-06-30", district="Ely"),
        {"date": "2017-06-30"},
        **given,
    )


def test_records_against_the_activity_of_the_same_months():
    found = taser_checks.against_activity(quarter(), activity(*MONTHS))
    values = {row.series_id.removeprefix("records-taser/activity-"): row.value for row in found}
    assert values == {
        "uses/all": 0, "uses/2017-04": 0, "uses/2017-05": 0, "uses/2017-06": 0,
        "uses/ely": 0, "uses/fenland": 0,
        "discharges/all": 1, "discharges/2017-04": 0, "discharges/2017-05": 1,
        "discharges/2017-06": 0, "discharges/ely": 1, "discharges/fenland": 0,
    }  # fmt: skip
    row = found.one("records-taser/activity-discharges/all")
    assert [count.value for count in row.counts] == [3, 2]
    assert [count.subject for count in row.counts] == [
        "records taser months", "district activity totals",
    ]  # fmt: skip


def test_months_that_the_activity_file_lacks():
    found = taser_checks.against_activity(quarter(), activity(*MONTHS[:-2]))
    for name in ("all", "2017-06"):
        row = found.one(f"records-taser/activity-uses/{name}")
        assert row.reason == "a month of a district is missing from the source"
    assert found.one("records-taser/activity-uses/2017-04").value == 0


def test_districts_are_not_compared_where_the_records_have_none():
    found = taser_checks.against_activity(quarter(absent=("district",)), activity(*MONTHS))
    assert len(found) == 8


@pytest.mark.parametrize(
    "counts, reason",
    [
        (gather([]), "no source at hand"),
        (activity(*MONTHS[:2]), "no source at hand"),
        (activity(*MONTHS, printed="Force log"), "one of the two is made up"),
    ],
)
def test_activity_that_cannot_be_compared(counts, reason):
    (row,) = taser_checks.against_activity(quarter(), counts)
    assert row.status == "not available" and row.reason.startswith(reason)


def test_findings_of_the_chapter_have_ids_of_their_own(records):
    incidents = alone(records)
    found = taser.ways_compared(records)
    found += taser.discharge(records, "metropolitan", incidents, 0.95)
    found += taser.carriage(records, incidents, 0.95)
    found += taser.effectiveness(records, incidents, 0.95)
    found += taser_checks.contradictions(records, "metropolitan")
    found += taser_checks.against_activity(quarter(), activity(*MONTHS))
    assert all(row.id.endswith("@cambridgeshire@2017-q2@made-up") for row in found)
    counts = {}
    for row in found:
        for count in row.counts:
            assert counts.setdefault(count.id, count) == count
