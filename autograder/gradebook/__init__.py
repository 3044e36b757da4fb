"""What grading leaves behind: the folder of results, the gradebook and its database, lateness."""
