"""Disclosure control: what a release hides and rounds, over all its tables together."""
