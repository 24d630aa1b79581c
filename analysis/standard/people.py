"""Groups of the form by which reports and tactics are broken down.

Demographics are as perceived by the reporting officer. Reasons, impact factors, outcomes and
locations are multi-select: their groups do not add up to a total.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from analysis.standard.names import plain


@dataclass(frozen=True)
class Breakdown:
    """One way of breaking reports down.

    ``editions`` lists each complete set of groups that an edition prints, so that a table with
    a group missing or added is refused; ``adds_up`` says whether groups sum to the total;
    ``inside`` maps a group to a printed sub-total that it is a part of.
    """

    name: str
    editions: tuple[tuple[str, ...], ...]
    adds_up: bool = True
    spellings: dict[str, str] = field(default_factory=dict)
    inside: dict[str, str] = field(default_factory=dict)

    def group(self, printed: str) -> str | None:
        """The group a printed column heading names, or None."""
        known = {plain(group): group for edition in self.editions for group in edition}
        known |= {plain(text): group for text, group in self.spellings.items()}
        return known.get(plain(printed))


AGE = Breakdown(
    "age",
    (("Under 11", "11-17", "18-34", "35-49", "50-64", "65 and over", "Not reported"),),
    spellings={
        "Under 11 years": "Under 11", "11 - 17 years": "11-17", "18 - 34 years": "18-34",
        "35 - 49 years": "35-49", "50 - 64 years": "50-64",
    },
)  # fmt: skip
GENDER = Breakdown("gender", (("Male", "Female", "Other", "Not reported"),))
ETHNICITY = Breakdown(
    "ethnicity",
    (
        ("White", "Black", "Asian", "Chinese", "Mixed", "Other", "Don't know", "Not reported"),
        ("White", "Black", "Asian", "Mixed", "Other", "Not reported"),  # Chinese inside Asian
    ),
    spellings={"Black (or Black British)": "Black", "Asian (or Asian British)": "Asian"},
)
# The groups that can be compared: with these an edition, a census and another source agree.
ETHNIC_GROUPS = ("White", "Black", "Asian", "Mixed", "Other")
INSIDE_ASIAN = ("Asian", "Asian without Chinese", "Chinese")  # Asian, where Chinese stands apart
NOT_KNOWN = ("Not reported", "Don't know")
HEALTH = Breakdown(
    "health condition",
    (("Mental", "Physical", "Physical and mental", "None", "Not reported"),),
)
REASON = Breakdown(
    "reason",
    ((
        "Protect self", "Protect public", "Protect subject", "Protect other officers",
        "Prevent offence", "Secure evidence", "Effect search", "Effect arrest",
        "Method of entry", "Remove handcuffs", "Prevent harm", "Prevent escape", "Other",
    ),),
    adds_up=False,
)  # fmt: skip
IMPACT_FACTOR = Breakdown(
    "impact factor",
    ((
        "Possession of a weapon", "Alcohol", "Drugs", "Mental health", "Prior knowledge",
        "Size, gender or build", "Acute behavioural disturbance", "Crowd", "Other",
    ),),
    adds_up=False,
    spellings={"Size/gender/ build": "Size, gender or build"},
)  # fmt: skip
OUTCOME = Breakdown(
    "outcome",
    ((
        "Made off or escaped", "Arrested", "Hospitalised", "Detained (Mental Health Act)",
        "Fatality", "Other",
    ),),
    adds_up=False,
    spellings={"Made off/escaped": "Made off or escaped"},
)  # fmt: skip
_PUBLIC = (
    "Street or highway", "Open ground", "Retail premises", "Licensed premises",
    "Public transport", "Sports or event stadia",
)  # fmt: skip
_POLICE = (
    "Police vehicle with cage", "Police vehicle without cage",
    "Police station (not custody)", "Custody block",
)  # fmt: skip
_MEDICAL = ("Hospital or A&E", "Mental health setting", "Ambulance")
LOCATION = Breakdown(
    "location",
    ((
        "Public", *_PUBLIC, "Police setting", *_POLICE, "Medical setting", *_MEDICAL,
        "Dwelling", "Other",
    ),),
    adds_up=False,
    spellings={
        "Street/ highway": "Street or highway",
        "Open ground (e.g. park, car park, field etc.)": "Open ground",
        "Police vehicle with prisoner handling cage": "Police vehicle with cage",
        "Police vehicle without prisoner handling cage": "Police vehicle without cage",
        "Police station (excluding custody block)": "Police station (not custody)",
        "Hospital/ A&E (non mental health setting)": "Hospital or A&E",
    },
    inside={
        **dict.fromkeys(_PUBLIC, "Public"),
        **dict.fromkeys(_POLICE, "Police setting"),
        **dict.fromkeys(_MEDICAL, "Medical setting"),
    },
)  # fmt: skip

BREAKDOWNS = {
    breakdown.name: breakdown
    for breakdown in (AGE, GENDER, ETHNICITY, HEALTH, REASON, IMPACT_FACTOR, OUTCOME, LOCATION)
}
