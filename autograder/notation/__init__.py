"""What a check is made of: parts and their ids, variants of an answer, answers that are typed.

Authors import all of it from `autograder.check`.
"""
