"""Proof of a report: making it again, comparing it with another, releasing it safely."""
