"""The instructor's side of the course, in rooms; each imports only those below it in this list.

    commands/    the command line, and what only it needs
    report/      what people read afterwards: students' pages, the class, files for platforms
    grading/     from a file to a graded notebook; many of them; what need not be done again
    gradebook/   the one writer, the database, lateness, the folder of results
    isolation/   starts students' processes: tiers, limits, workers, sessions
    authoring/   builds the notebooks
    judging/     from an observation to a verdict, and to words
    checks/      content: what is observed of each exercise's answers
    course/      the course on disk: notebooks, cells, questions, what is given
    check.py     what authors of checks import
    notation/    what a check is made of
    inside/      what enters a student's process, and nothing else does

`notebook.py` and `nbgrader_plugin.py` are named from outside: by notebooks and by nbgrader's
configuration. `tests/test_rooms.py` guards the order.
"""

import sys

# jsonschema, where it finds this package, builds a grammar for a second; nothing here needs it.
sys.modules.setdefault("rfc3987_syntax", None)
