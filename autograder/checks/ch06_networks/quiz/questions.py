"""The questions of the data file `quiz.yaml`, each with its check."""

from autograder.check import of_question
from autograder.course import ROOT
from autograder.course.questions import read_questions

QUESTIONS = {
    name: of_question(question, points=question.data["points"])
    for name, question in read_questions(ROOT / "solutions" / "ch06_networks" / "quiz.yaml").items()
}
