"""Matplotlib figures from findings and counts, each with its alternative text and its data."""

from analysis.charts import demographics, injuries, quality, taser

__all__ = ["demographics", "injuries", "quality", "taser"]
