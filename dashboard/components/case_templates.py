"""Beginnings of an answer, beside the field."""

from __future__ import annotations

from dashboard.data import At
from storage.case_lists import Item
from storage.people import Person


def offer(at: At, item: Item, person: Person) -> None:
    """Offer a suggested answer and the templates that fit."""
