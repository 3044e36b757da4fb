"""Question 19 of the quiz: relative errors."""

from autograder.checks.ch06_networks.quiz.questions import QUESTIONS


@QUESTIONS["q19b"].oracle("exact_fractions")
def answer():
    from fractions import Fraction

    q19b = Fraction("0.0002") / Fraction(1000)
