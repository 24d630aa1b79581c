"""The recording standard: what may stand in a table, and what it is called here.

Nothing in this package knows a file; every other package may import it.
"""
