"""Grading submissions: find them, rebuild them, run them, judge them."""
