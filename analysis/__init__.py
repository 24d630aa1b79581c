"""Research and audit toolkit for police use of force in the United Kingdom.

Records are officers' reports: not incidents and not people.
"""

__version__ = "0.1.0"
