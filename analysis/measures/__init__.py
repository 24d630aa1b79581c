"""One family of statistics a file: pure functions from counts to findings."""
