"""Runs the chapters and makes the page, the files and the manifest."""
