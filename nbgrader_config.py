"""nbgrader on this course: its own folders, and our isolated executor instead of a bare kernel.

    nbgrader autograde ch02_autograd
    nbgrader generate_feedback ch02_autograd

grade submissions that lie in grading/submitted/<student>/<assignment>/, with the same scores as
`python -m autograder grade`. Formgrader's buttons go the same way.
"""

import os
import sys
from pathlib import Path

course = Path(__file__).resolve().parent
if str(course) not in sys.path:
    sys.path.insert(0, str(course))  # the classes named below, whether or not they are installed

c = get_config()  # noqa: F821 (nbgrader provides it)

c.CourseDirectory.root = str(course)
c.CourseDirectory.source_directory = "grading/source"
c.CourseDirectory.release_directory = "chapters"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
# As `python -m autograder grade`: COURSE_DB may name another gradebook, in PostgreSQL.
c.CourseDirectory.db_url = (
    os.environ.get("COURSE_DB") or f"sqlite:///{course / 'grading' / 'gradebook.db'}"
)

# What `python -m autograder build` does as well.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.LockCells",
    "autograder.course.clearing.ClearSolutions",
    "autograder.course.clearing.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "autograder.nbgrader_plugin.SaveCells",
    *(
        f"nbgrader.preprocessors.{name}"
        for name in (
            "ClearHiddenTests", "ClearMarkScheme", "ComputeChecksums", "CheckCellMetadata",
        )
    ),
    "autograder.nbgrader_plugin.WithoutRubrics",
]  # fmt: skip

# The exporter reads submissions (renamed, damaged, hostile ones too) and rebuilds them; the
# preprocessor runs them in the sandbox, judges them, and writes the gradebook.
c.Autograde.exporter_class = "autograder.nbgrader_plugin.RebuildingExporter"
c.Autograde.sanitize_preprocessors = [
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_plugin.IsolatedGrading",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
