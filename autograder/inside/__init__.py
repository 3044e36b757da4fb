"""The only part of the autograder that enters a student's process. It holds no secret.

Checks import what they need while observing from here: ``attempt``, ``named``.
"""

from autograder.inside.answer import Answer, attempt, named

__all__ = ["Answer", "attempt", "named"]
