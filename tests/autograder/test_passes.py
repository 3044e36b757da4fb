"""The functions whose passes 3.18 and 3.19 lend: both modes see one Jacobian, and every pass is counted."""

import numpy as np
import pytest

from autograder.checks.ch03_calculus.passes import Program


@pytest.mark.parametrize("n, m", [(7, 3), (3, 7), (4, 4), (5, 1)])
def test_columns_and_rows_are_one_jacobian_and_the_passes_are_counted(n, m):
    program = Program(np.random.default_rng(n), n, m)
    columns = np.stack([program.jvp(unit) for unit in np.eye(n)], axis=1)
    assert program.calls == n
    rows = np.array([program.vjp(unit) for unit in np.eye(m)])
    assert program.calls == n + m
    assert columns == pytest.approx(rows) and columns.shape == (m, n)
    assert np.abs(columns).min() > 0.1  # so that no entry can be mistaken for 0


@pytest.mark.parametrize("mode, given", [("jvp", np.eye(3)), ("jvp", 1.0), ("vjp", np.ones(3))])
def test_a_pass_takes_one_vector_of_its_size(mode, given):
    program = Program(np.random.default_rng(0), 3, 2)
    with pytest.raises(ValueError, match="a pass takes a vector with a number for each of the"):
        getattr(program, mode)(given)
