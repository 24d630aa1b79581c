"""The plan of made-up records: how often things happen, and the effects that are planted.

The numbers are guesses of about the right size, taken from no force. An effect is the log of an
odds ratio to the reference group (the first of each field), among all reports: what a logit on
reports estimates, whatever the correlation within an incident.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

# A custody suite is drawn as if it were a district; the form says its district and "Custody block".
CUSTODY_SUITES = {"Thorpe Wood custody": "Peterborough", "Custody suite": "District 1"}


def districts(scenes: Iterable[str]) -> list[str]:
    """The districts in which scenes lie, in order."""
    return sorted({CUSTODY_SUITES.get(scene, scene) for scene in scenes})


@dataclass(frozen=True)
class Planted:
    """An outcome of a report.

    ``share``: its probability in the reference groups. ``effects``: log odds ratio of each group
    of each field. ``among``: the outcome that it needs. ``number``: how many reports have it;
    where it is given the share follows from it.
    """

    share: float
    effects: dict[str, dict[str, float]] = field(default_factory=dict)
    among: str = ""
    number: int | None = None


@dataclass(frozen=True)
class Plan:
    """What is drawn.

    ``sizes``: shares of incidents with 1, 2, ... reports. ``two_subjects``: share of incidents of
    two or more reports that have two subjects. ``correlation``: of the normal variates behind an
    outcome in two reports of one incident. ``shares``: field, group, share. ``numbers``: field,
    group, number of reports, in place of shares.
    """

    shares: dict[str, dict[str, float]]
    outcomes: dict[str, Planted]
    sizes: tuple[float, ...] = (0.45, 0.30, 0.15, 0.10)
    two_subjects: float = 0.05
    correlation: float = 0.8
    numbers: dict[str, dict[str, int]] = field(default_factory=dict)
    area: str = "Cambridgeshire"
    period: str = "2017-Q2"

    def with_numbers(
        self, numbers: dict[str, dict[str, int]], outcomes: dict[str, int], **changed
    ) -> Plan:
        """The same plan with exact numbers of reports in groups and with outcomes."""
        exact = {name: replace(self.outcomes[name], number=n) for name, n in outcomes.items()}
        return replace(self, numbers=numbers, outcomes=self.outcomes | exact, **changed)


SHARES = {
    "scene": {
        "Peterborough": 0.36, "Cambridge": 0.18, "Huntingdonshire": 0.12,
        "Thorpe Wood custody": 0.10, "South Cambridgeshire": 0.09, "East Cambridgeshire": 0.08,
        "Fenland": 0.07,
    },
    "place": {
        "Street or highway": 0.47, "Dwelling": 0.24, "Licensed premises": 0.05,
        "Retail premises": 0.05, "Open ground": 0.04, "Hospital or A&E": 0.04, "Other": 0.03,
        "Police vehicle with cage": 0.03, "Mental health setting": 0.02, "Public transport": 0.01,
        "Police vehicle without cage": 0.01, "Police station (not custody)": 0.01,
    },
    "ethnicity": {
        "White": 0.79, "Black": 0.06, "Asian": 0.06, "Mixed": 0.03, "Don't know": 0.03,
        "Other": 0.02, "Not reported": 0.01,
    },
    "age": {
        "18-34": 0.54, "35-49": 0.27, "11-17": 0.09, "50-64": 0.07, "65 and over": 0.013,
        "Not reported": 0.012, "Under 11": 0.005,
    },
    "gender": {"Male": 0.77, "Female": 0.225, "Not reported": 0.005},
    "health condition": {
        "None": 0.73, "Mental": 0.21, "Physical and mental": 0.03, "Physical": 0.015,
        "Not reported": 0.015,
    },
    "conduct": {
        "Active resistance": 0.25, "Compliant": 0.25, "Passive resistance": 0.14,
        "Verbal resistance or gestures": 0.14, "Aggressive resistance": 0.18,
        "Serious or aggravated resistance": 0.04,
    },
    "main duty": {
        "Patrol": 0.79, "Custody": 0.06, "ARV": 0.05, "Public order": 0.03, "Neighbourhood": 0.03,
        "Dog handler duty": 0.01, "Other": 0.03,
    },
    # the highest use of a CED, within each kind
    "CED not discharged": {
        "CED red-dot": 0.74, "CED drawn": 0.15, "CED aimed": 0.10, "CED arced": 0.01,
    },
    "CED discharged": {
        "CED fired": 0.84, "CED angled drive stun": 0.09, "CED drive stun": 0.07,
    },
}  # fmt: skip

_RESISTANCE = {
    "Compliant": -1.2, "Passive resistance": -0.6, "Verbal resistance or gestures": -0.4,
    "Aggressive resistance": 0.5, "Serious or aggravated resistance": 0.9,
}  # fmt: skip
_MENTAL = {"Mental": 0.4, "Physical and mental": 0.4}
PLANTED = {
    "Taser used": Planted(
        0.028,
        {
            "ethnicity": {"Black": 0.7, "Asian": 0.2, "Mixed": 0.4},
            "age": {"11-17": -0.8, "35-49": 0.2, "50-64": 0.1},
            "gender": {"Female": -1.0},
            "health condition": _MENTAL,
            "conduct": _RESISTANCE,
        },
    ),
    "Taser discharged": Planted(
        0.11,
        {"ethnicity": {"Black": -0.2}, "health condition": _MENTAL},
        among="Taser used",
    ),
    "subject injured": Planted(
        0.06,
        {
            "ethnicity": {"Black": 0.3},
            "age": {"11-17": -0.4, "50-64": 0.3},
            "gender": {"Female": -0.3},
            "conduct": _RESISTANCE,
        },
    ),
    "hospitalised": Planted(
        0.05,
        {"age": {"50-64": 0.4, "65 and over": 0.6}, "health condition": {
            "Mental": 0.9, "Physical": 0.5, "Physical and mental": 1.1}},
    ),
    "handcuffed": Planted(0.60),
    "handcuffed not compliant": Planted(
        0.42,
        {
            "ethnicity": {"Black": 0.3, "Mixed": 0.2},
            "gender": {"Female": 0.2},
            "health condition": {"Mental": 0.3, "Physical and mental": 0.3},
            "conduct": _RESISTANCE,
        },
        among="handcuffed",
    ),
    "ground restraint": Planted(
        0.16,
        {
            "ethnicity": {"Black": 0.3},
            "age": {"11-17": -0.3, "50-64": -0.4},
            "gender": {"Female": -0.2},
            "health condition": _MENTAL,
            "conduct": _RESISTANCE,
        },
    ),
    "irritant spray used": Planted(
        0.018,
        {"gender": {"Female": -0.7}, "conduct": _RESISTANCE},
    ),
    "irritant spray drawn": Planted(0.02),
    "unarmed skills": Planted(0.30),
    "limb or body restraints": Planted(0.05),
    "spit and bite guard": Planted(0.01),
    "shield": Planted(0.008),
    "baton drawn": Planted(0.012),
    "baton used": Planted(0.3, among="baton drawn"),
    "dog deployed": Planted(0.006),
    "dog bite": Planted(0.2, among="dog deployed"),
    "firearm aimed": Planted(0.005),
    "other or improvised": Planted(0.02),
    "tactical communication": Planted(0.55),
    "handcuffs effective": Planted(0.95, among="handcuffed"),
    "assaulted by subject": Planted(0.14),
    "threatened with weapon": Planted(0.03),
    "assaulted with weapon": Planted(0.3, among="threatened with weapon"),
    "officer injured": Planted(0.07),
    "officer severely injured": Planted(0.02, among="officer injured"),
    "officer injury intentional": Planted(0.7, among="officer injured"),
    "officer aid given": Planted(0.3, among="officer injured"),
    "subject severely injured": Planted(0.02, among="subject injured"),
    "subject aid offered": Planted(0.8, among="subject injured"),
    "subject aid given": Planted(0.7, among="subject aid offered"),
    "CED trained": Planted(0.25),
    "CED carried": Planted(0.7, among="CED trained"),
    "single crewed": Planted(0.2),
    "made off or escaped": Planted(0.02),
    "detained": Planted(0.02, {"health condition": {"Mental": 2.0, "Physical and mental": 2.0}}),
}  # fmt: skip

USUAL = Plan(SHARES, PLANTED)
# A use of a CED goes through the uses below it: fired after drawn, aimed and red-dotted.
CED_BELOW = {
    "CED aimed": ("CED drawn",),
    "CED arced": ("CED drawn",),
    "CED red-dot": ("CED drawn", "CED aimed"),
    "CED drive stun": ("CED drawn",),
    "CED angled drive stun": ("CED drawn", "CED aimed", "CED red-dot", "CED fired"),
    "CED fired": ("CED drawn", "CED aimed", "CED red-dot"),
}
