"""Contour lines and the paths on them."""

import numpy as np
import pytest

from utils import contour_axes, plot_paths
from utils.contours import _room


def bowl(x, y):
    return x**2 + 10 * y**2


@pytest.fixture
def shown(monkeypatch):
    """The figures that were shown, and what was said of them."""
    seen = []
    monkeypatch.setattr("utils.contours.show", lambda fig, alt: seen.append((fig, alt)))
    return seen


def test_contour_lines_lie_at_their_heights():
    _, ax = contour_axes(bowl, (-1, 1), (-0.5, 0.5), xlabel="a", ylabel="b", levels=[0.5, 2.0])
    (lines,) = ax.collections
    assert list(lines.levels) == [0.5, 2.0]
    for height, path in zip(lines.levels, lines.get_paths(), strict=True):
        assert np.allclose(bowl(*path.vertices.T), height, atol=0.01) and len(path.vertices) > 50
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a", "b")


def test_the_lines_are_denser_where_it_is_low():
    _, ax = contour_axes(bowl, (-1, 1), (-1, 1))
    gaps = np.diff(ax.collections[0].levels)
    assert len(gaps) == 13 and np.all(np.diff(gaps) > 0) and ax.collections[0].levels[0] > 0


def test_every_path_is_drawn_and_said(shown):
    one, two = np.array([[1.0, 1.0], [0.5, 0.25]]), [[1, 1], [0, 0], [-1, 0.5]]
    plot_paths(bowl, {"one": one, "two": two}, "A bowl")
    (fig, alt) = shown[0]
    ax = fig.axes[0]
    drawn = [line.get_xydata() for line in ax.lines]
    assert np.array_equal(drawn[0], one) and np.array_equal(drawn[1], two)
    assert ax.lines[0].get_color() != ax.lines[1].get_color()
    assert ax.lines[0].get_marker() != ax.lines[1].get_marker()
    assert "one goes from (1, 1) to (0.5, 0.25); two goes from (1, 1) to (-1, 0.5)" in alt
    left, right = ax.get_xlim()
    assert left < -1 and right > 1


def test_a_path_that_flies_away_is_drawn_as_far_as_it_is_finite(shown):
    with np.errstate(all="ignore"):
        plot_paths(bowl, np.array([[1.0, 1.0], [2.0, -3.0], [np.inf, np.nan]]))
    assert shown[0][0].axes[0].get_xlim()[1] < 3


def test_a_path_of_one_point_has_room_around_it():
    assert _room(np.array([2.0, 2.0])) == (1.0, 3.0)


@pytest.mark.parametrize("wrong", [[1.0, 2.0], np.zeros((3, 3)), np.zeros((0, 2))])
def test_what_is_no_path_is_refused(wrong, shown):
    with pytest.raises(ValueError, match=r"path: a path has the shape \(points, 2\)"):
        plot_paths(bowl, wrong)
    assert not shown
