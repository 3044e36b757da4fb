"""The course as it lies on disk: where things are, what a notebook consists of, what is given."""

from autograder.course.course import CHAPTER_TITLES, ROOT, Course, default_course

__all__ = ["CHAPTER_TITLES", "ROOT", "Course", "default_course"]
