"""Checks that know findings and counts, and nothing of Taser."""
