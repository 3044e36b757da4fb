"""Follow-ups: a later value measured by the student's own earlier one, so that a mistake costs once."""

import math

from utils.answers import number


def ratio(later, earlier):
    """later / earlier, which is the factor between them; nan where there is none."""
    later, earlier = number(later), number(earlier)
    return later / earlier if earlier else math.nan
