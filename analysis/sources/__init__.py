"""One module for each published format, each with ``read`` (faithful) and ``clean``."""
