"""Runs the chapters and makes the page, the files and the manifest."""

import sys

# jsonschema, which papermill imports, builds a grammar of web addresses when it is imported: a
# second at every start, for a check that no notebook has. It does without where there is none.
sys.modules.setdefault("rfc3987_syntax", None)
