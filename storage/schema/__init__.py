"""The tables, part by part, as migrations that each run once."""
