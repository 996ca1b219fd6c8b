"""Collectors bring mentions from feeds, Reddit and files; network and files only, no database."""
