"""Injuries as the Home Office tables cross them (definition 18).

Officer injury is "from the incident", subject injury "from the officer's use of force": the two
never divide one another. Both tables hold contradictory records and are national.
"""

OFFICER_ANSWERS = ("Yes", "No", "Not reported")  # injured; and assaulted on purpose
SUBJECT_ANSWERS = ("Yes", "No", "Unknown", "Not reported")
OFFICER_LEVELS = ("Minor", "Severe", "Not reported")
SUBJECT_LEVELS = ("Minor", "Severe", "Death", "Not reported")
