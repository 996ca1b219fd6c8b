"""Notices of alerts on their way to people and systems."""
