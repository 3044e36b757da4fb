"""From the solutions to everything a student sees."""
