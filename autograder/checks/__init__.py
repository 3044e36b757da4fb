"""The checks of every exercise; the folders mirror `solutions/`."""
