"""A page that shows nothing: what the benchmark holds the others against."""
