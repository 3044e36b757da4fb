"""The results of grading: their folder, the gradebook and its database, lateness."""
