"""Record-level files: a row for each officer's report on one subject, in the form's columns."""

from analysis.sources.records.reading import Reading, read_records, summary

__all__ = ["Reading", "read_records", "summary"]
