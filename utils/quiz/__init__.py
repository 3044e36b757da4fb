"""The quiz: its questions, the widgets, and what a student has tried."""

from utils.quiz.quiz import Quiz

__all__ = ["Quiz"]
