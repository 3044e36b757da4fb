"""Explorers of chapter 6: one module for each notebook."""
