"""The record-level form of the national standard: its columns, and what may stand in each.

One row of such a file is one officer's report on one subject: not an incident, not a person
(definition 1). The headers are those of the 271 columns that the Metropolitan Police publishes
(definition 22); files of other forces hold most of them in nearly the same order, so columns are
known by header and never by position.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from analysis.standard.people import AGE, GENDER, IMPACT_FACTOR, OUTCOME, REASON
from analysis.standard.tactics import CED_ORDERS

NOT_REPORTED = "Not reported"
YES_NO = ("No", "Yes", NOT_REPORTED)
TACTIC_PAIRS, CED_DEVICES = 20, 4
CED_USES = tuple(reversed(CED_ORDERS["metropolitan"]))  # drawn first

# A file that is not a force's own says so in a column of this name, in every row.
MADE_UP = "Made up"

CONDUCT = (
    "Compliant", "Passive resistance", "Verbal resistance or gestures", "Active resistance",
    "Aggressive resistance", "Serious or aggravated resistance",
)  # fmt: skip
# The form's own ethnic groups: those of the editions up to 2018/19.
ETHNIC_GROUPS_OF_FORM = ("White", "Black", "Asian", "Chinese", "Mixed", "Other", "Don't know")
HEALTH_CONDITIONS = ("None", "Mental", "Physical", "Physical and mental")
OFFICER_LEVELS, SUBJECT_LEVELS = ("Minor", "Severe"), ("Minor", "Severe", "Death")

# What the form calls a tactic: the tactic of the standard (27 labels of the Metropolitan file).
TACTIC_LABELS = {
    "Tactical Communications": "Tactical communication",
    "Compliant Handcuffing": "Compliant handcuffing",
    "Non-Compliant Handcuffing": "Non-compliant handcuffing",
    "Unarmed Skills (including pressure points, strikes, restraints and take-downs)":
        "Unarmed skills",
    "Ground Restraint": "Ground restraint",
    "Limb/Body Restraints": "Limb or body restraints",
    "Spit Guard": "Spit and bite guard",
    "Shield": "Shield",
    "Baton Drawn": "Baton drawn",
    "Baton Used": "Baton used",
    "Irritant Spray - CS Drawn": "Irritant spray drawn",
    "Irritant Spray - CS Used": "Irritant spray used",
    "Irritant Spray - PAVA Drawn": "Irritant spray drawn",
    "Irritant Spray - PAVA Used": "Irritant spray used",
    "CED (Taser) Drawn": "CED drawn",
    "CED (Taser) Aimed": "CED aimed",
    "CED (Taser) Red-Dotted": "CED red-dot",
    "CED (Taser) Arced": "CED arced",
    "CED (Taser) Drive Stun": "CED drive stun",
    "CED (Taser) Angle Drive Stun": "CED angled drive stun",
    "CED (Taser) Fired": "CED fired",
    "AEP Aimed": "AEP drawn",
    "Firearm Aimed": "Firearms",
    "Firearm Fired": "Firearms",
    "Dog Deployed": "Dog deployed",
    "Dog Bite": "Dog bite",
    "Other/Improvised": "Other or improvised",
}  # fmt: skip

PLACES = (
    "Street or highway", "Public transport", "Retail premises", "Open ground",
    "Licensed premises", "Sports or event stadia", "Hospital or A&E", "Mental health setting",
    "Police vehicle with cage", "Police vehicle without cage", "Dwelling",
    "Police station (not custody)", "Custody block", "Ambulance", "Other",
)  # fmt: skip
# Two boxes that later years add to the form (definition 22).
STOP_AND_SEARCH, NO_FURTHER_ACTION = "Effect stop and search", "No further action"

# rule: how reports are taken for one incident (definition 2: a guess, so a range is shown)
INCIDENT_RULES = {
    "report": "every report is an incident of its own: the most that there can be",
    "same minute": "the same minute, district, kinds of place, and age, gender and ethnic group as "
    "perceived",
    "within 30 minutes": "the same district, kinds of place, age, gender and ethnic group as "
    "perceived, each report within 30 minutes of the one before",
    "one place": "the same district and kinds of place, each report within 30 minutes of the one "
    "before, whoever the subject",
}

# outcome of the regression: (among which reports, what happened)
OUTCOMES = {
    "Taser used": ("reports of force", "a CED was used in any way"),
    "Taser discharged": ("reports in which a CED was used", "a CED was discharged"),
    "Taser not discharged": ("reports of force", "a CED was used and not discharged"),
    "subject injured": ("reports of force", "the subject was injured"),
    "hospitalised": ("reports of force", "the subject was taken to hospital"),
    "handcuffed not compliant": (
        "reports in which the subject was handcuffed", "the handcuffing was not compliant",
    ),
    "ground restraint": ("reports of force", "the subject was restrained on the ground"),
    "irritant spray used": ("reports of force", "irritant spray was used, not only drawn"),
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of the form.

    ``header`` as the template prints it, ``field`` as it is called here, ``kind`` one of ``date``,
    ``time``, ``yes/no``, ``choice`` (one of ``allowed``), ``list`` (words, several joined by
    commas; becomes Yes where there are any), ``text`` (any), ``tactic``, ``ced`` (a use of a CED,
    ticked). ``spellings`` are other headers under which real files hold it.
    """

    header: str
    field: str
    kind: str
    allowed: tuple[str, ...] = ()
    spellings: tuple[str, ...] = ()


# header after the prefix, where it differs from the name of the group
_PLACES = {
    "Street or highway": "Street/Highway",
    "Open ground": "Open ground (e.g. park, car park, field)",
    "Retail premises": "Retail Premises",
    "Licensed premises": "Licensed Premises",
    "Public transport": "Public Transport",
    "Sports or event stadia": "Sports or Event Stadia",
    "Police vehicle with cage": "Police vehicle with prisoner handling cage",
    "Police vehicle without cage": "Police vehicle without prisoner handling cage",
    "Police station (not custody)": "Police station (excluding custody block)",
    "Custody block": "Custody Block",
    "Hospital or A&E": "Hospital/A&E (non-mental-health setting)",
    "Mental health setting": "Mental Health Setting",
}
_IMPACTS = {
    "Possession of a weapon": "Possesion of a weapon",
    "Mental health": "Mental Health",
    "Prior knowledge": "Prior Knowledge",
    "Size, gender or build": "Size/Gender/Build",
    "Acute behavioural disturbance": "Acute Behavioural Disorder",
}
_REASONS = {
    "Protect public": "Protect Public",
    "Protect subject": "Protect Subject",
    "Protect other officers": "Protect Other Officers",
    "Prevent offence": "Prevent Offence",
    "Secure evidence": "Secure Evidence",
    "Effect search": "Effect Search",
    "Effect arrest": "Effect Arrest",
    "Method of entry": "Method of Entry",
    "Remove handcuffs": "Remove Handcuffs",
    "Prevent harm": "Prevent Harm",
    "Prevent escape": "Prevent Escape",
    STOP_AND_SEARCH: "Effect Stop and search",
}
_OUTCOMES = {
    "Made off or escaped": "Made off/escaped",
    "Detained (Mental Health Act)": "Detained - Mental Health Act",
    NO_FURTHER_ACTION: "No Further Action",
}
_RIGHT = {"Possesion of a weapon": "Possession of a weapon"}  # as it should be spelt
# header after the number of the device: the use that it ticks, or none where it is a detail
_CED_HEADERS = {
    "Drawn": "CED drawn", "Aimed": "CED aimed", "Arced": "CED arced", "Red-Dotted": "CED red-dot",
    "Drive Stun": "CED drive stun", "Drive Stun Repeat Application": None,
    "Angle Drive Stun": "CED angled drive stun", "Fired": "CED fired",
    **dict.fromkeys((
        "Fired Cartridge Number", "Fired 5 Secs Cycle Interrupted",
        "Fired Repeat Cycle Same Cartridge", "Fired Total Number Of Cycles",
        "Fired Cycle Extended Beyond 5 Secs", "Fired Miss With One Probe",
        "Fired Miss With Both Probes", *(f"Front {number}" for number in range(1, 16)),
        *(f"Back {letter}" for letter in "ABCDEFGHJK"),
    )),
}  # fmt: skip


def _multi(prefix: str, name: str, groups: tuple[str, ...], headers: dict[str, str]):
    for group in groups:
        header = headers.get(group, group)
        right = (f"{prefix}: {_RIGHT[header]}",) if header in _RIGHT else ()
        yield Column(f"{prefix}: {header}", f"{name}: {group}", "yes/no", YES_NO, right)


def _yes_no(header: str, name: str) -> Column:
    return Column(header, name, "yes/no", YES_NO)


def _tactics():
    for number in range(1, TACTIC_PAIRS + 1):
        yield Column(f"Tactic {number}", f"tactic {number}", "tactic")
        headers = [f"Effective {number}", f"Tactic Effective {number}"]
        if number == TACTIC_PAIRS:  # as the file prints the last one
            headers.reverse()
        yield Column(headers[0], f"effective {number}", "yes/no", YES_NO, (headers[1],))


def _ced():
    yield Column("CED Used", "CED 1: used", "text")
    yield Column("CED Device Serial No", "CED 1: serial number", "text")
    for device in range(1, CED_DEVICES + 1):
        prefix = "CED" if device == 1 else f"CED{device}"
        for header, use in _CED_HEADERS.items():
            # a search and replace in the publisher's program also hit "Arced"
            damaged = device > 1 and header == "Arced"
            first, *others = [f"{prefix} Ar{prefix}"] * damaged + [f"{prefix} {header}"]
            field = f"CED {device}: {use or header.casefold()}"
            kind, allowed = ("ced", YES_NO) if use else ("text", ())
            yield Column(first, field, kind, allowed, tuple(others))


@cache
def columns() -> tuple[Column, ...]:
    """Every column of the form in the order of the Metropolitan file, later years' two added."""
    return (
        Column("IncidentDate", "date", "date"),
        Column("IncidentTime", "time", "time"),
        *_multi("Incident Location", "location", PLACES, _PLACES),
        Column("Borough", "district", "text", spellings=("District", "Local Policing Area")),
        Column("PrimaryConduct", "conduct", "choice", (*CONDUCT, NOT_REPORTED)),
        _yes_no("AssaultedBySubject", "assaulted by subject"),
        Column("ThreatenedWithWeapon", "threatened with weapon", "list", YES_NO),
        Column("AssaultedWithWeapon", "assaulted with weapon", "list", YES_NO),
        *_multi("Impact Factor", "impact factor", IMPACT_FACTOR.editions[0], _IMPACTS),
        *_multi("Reason for Force", "reason", (*REASON.editions[0], STOP_AND_SEARCH), _REASONS),
        Column("MainDuty", "main duty", "text"),
        _yes_no("SingleCrewed", "single crewed"),
        _yes_no("TrainedCED", "CED trained"),
        _yes_no("CarryingCED", "CED carried"),
        *_tactics(),
        *_ced(),
        _yes_no("Firearms Aimed", "firearm aimed"),
        _yes_no("Firearms Fired", "firearm fired"),
        Column("SubjectAge", "age", "choice", AGE.editions[0]),
        Column("SubjectGender", "gender", "choice", GENDER.editions[0]),
        Column("SubjectEthnicity", "ethnicity", "choice", (*ETHNIC_GROUPS_OF_FORM, NOT_REPORTED)),
        _yes_no("PhysicalDisability", "physical disability"),
        _yes_no("MentalDisability", "mental disability"),
        _yes_no("StaffInjured", "officer injured"),
        _yes_no("StaffInjuryIntentional", "officer injury intentional"),
        Column("StaffInjuryLevel", "officer injury level", "choice",
               (*OFFICER_LEVELS, NOT_REPORTED)),
        _yes_no("StaffMedProvided", "officer aid given"),
        _yes_no("SubjectInjured", "subject injured"),
        Column("SubjectNatureOfInjury", "subject injury level", "choice",
               (*SUBJECT_LEVELS, NOT_REPORTED)),
        _yes_no("SubjectMedOffered", "subject aid offered"),
        _yes_no("SubjectMedProvided", "subject aid given"),
        *_multi("Outcome", "outcome", (*OUTCOME.editions[0], NO_FURTHER_ACTION), _OUTCOMES),
    )  # fmt: skip


@cache
def report_fields() -> dict[str, tuple[str, ...]]:
    """Field of the canonical table of reports: its categories; none where it is text.

    Tactics and uses of CEDs have tables of their own (``analysis.records``). The health condition
    is derived from the two boxes on disability.
    """
    elsewhere = ("tactic ", "effective ", *(f"CED {n}:" for n in range(1, CED_DEVICES + 1)))
    fields = {
        column.field: column.allowed
        for column in columns()
        if not column.field.startswith(elsewhere)
    }
    return fields | {"health condition": (*HEALTH_CONDITIONS, NOT_REPORTED)}
