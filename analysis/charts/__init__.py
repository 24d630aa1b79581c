"""Matplotlib figures from findings and counts, each with its alternative text and its data."""

from analysis.charts import injuries, quality, taser

__all__ = ["injuries", "quality", "taser"]
