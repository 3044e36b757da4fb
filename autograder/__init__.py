"""The instructors' side: building notebooks from solutions, checking answers, grading classes."""
