"""The only part of the autograder that enters a student's process. It holds no secret.

What checks use while observing comes from here, by way of ``autograder.check``. (Nothing is imported in
this file: a fork that observes makes these modules anew, and only those that it needs.)
"""
