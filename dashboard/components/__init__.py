"""Pieces of pages: what a view puts together."""
