"""What people read after grading: feedback for students, the class for instructors, tables."""
