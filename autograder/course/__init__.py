"""The course as it lies on disk: its notebooks, their cells, and what is given to students."""

from autograder.course.course import ROOT, Course, default_course

__all__ = ["ROOT", "Course", "default_course"]
