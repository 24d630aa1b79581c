"""Models: arrays in, estimates out. Nothing here knows what a report is."""
