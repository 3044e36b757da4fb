"""From an observation to a verdict, and to the words that explain it."""
