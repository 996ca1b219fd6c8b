"""The weekly summary: numbers once, then one renderer per format."""
