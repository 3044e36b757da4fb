"""Colours of words in notebooks: readable on light and on dark themes, told apart without hue.

Every use stands beside a mark (✔ ✘ ○) or a word that says the same.
"""

GOOD = "color-mix(in srgb, #009e73 55%, currentColor)"
BAD = "color-mix(in srgb, #d55e00 55%, currentColor)"
QUIET = "color-mix(in srgb, #808080 55%, currentColor)"
WARNING = "color-mix(in srgb, #e69f00 55%, currentColor)"
