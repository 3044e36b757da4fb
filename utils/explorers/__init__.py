"""Pictures with sliders: `explore`, and the explorers of every chapter."""

from utils.explorers.explorer import Explorer, explore

__all__ = ["Explorer", "explore"]
