"""Earshot's own benchmark tables, each figure beside its baseline."""
