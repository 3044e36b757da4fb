"""The instructors' side: building notebooks from solutions, checking answers, grading classes."""

import sys

# jsonschema, where it finds this package, builds a grammar for a second; nothing here needs it.
sys.modules.setdefault("rfc3987_syntax", None)
