"""Matplotlib figures from findings and counts, each with its alternative text and its data."""

from analysis.charts import demographics, funnel, injuries, quality, taser, tile_grid

__all__ = ["demographics", "funnel", "injuries", "quality", "taser", "tile_grid"]
