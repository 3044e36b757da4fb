"""nbgrader's step from a source notebook to a student's, with the stubs of this course."""

from __future__ import annotations

from nbgrader import preprocessors
from nbgrader.utils import is_solution
from traitlets import Dict, Unicode

from autograder.course.cells import BEGIN_SOLUTION, STUB, WRITTEN_STUB, without_solution


class ClearOutput(preprocessors.ClearOutput):
    """Removes all outputs but the pictures that a notebook ships with."""

    def preprocess_cell(self, cell, resources, cell_index):
        """Clear one cell."""
        if "picture" in cell.metadata:
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)


class ClearSolutions(preprocessors.ClearSolutions):
    """Removes the solutions. nbgrader's own step would put a line that raises under every stub."""

    code_stub = Dict({"python": STUB}).tag(config=True)
    text_stub = Unicode(WRITTEN_STUB).tag(config=True)

    def preprocess_cell(self, cell, resources, cell_index):
        """Clear one cell."""
        if cell.cell_type == "code" and is_solution(cell) and BEGIN_SOLUTION in cell.source:
            cell.source = without_solution(cell.source)
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)
