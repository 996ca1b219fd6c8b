"""The first step with one's own data: the file with company, timezone and who begins."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from dashboard import brand_words, setting_words, wiring
from dashboard.wiring import Workspace
from storage import people, workspace
from storage.errors import InputError
from storage.models import Brand


class Company(NamedTuple):
    """What the first form asks for, as it was typed."""

    name: str
    timezone: str
    words: str = ""
    handles: str = ""
    person: str = ""

    def brand(self) -> Brand:
        """Return the company as a brand of ours; InputError where the form is not filled in."""
        brand = brand_words.new(" ".join(self.name.split()), ())
        words, handles = brand_words.listed(self.words), brand_words.listed(self.handles)
        return Brand(brand.name, True, words, handles)


def begin(path: Path, config: Path, company: Company, now: datetime) -> None:
    """Make the own file, or take the one that is there, and write the company into it."""
    company.brand()
    space = wiring.open_workspace(path, config)
    try:
        write(space, company, now)
    finally:
        space.close()


def write(space: Workspace, company: Company, now: datetime) -> None:
    """Write the company into an open workspace; what ``earshot.toml`` declares stays."""
    brand = company.brand()
    if not company.person.strip():
        raise InputError("say who you are: every change names who made it")
    with space.db.write() as conn:
        person = people.person(conn, company.person, now)
        declared = {
            each.brand.name for each in workspace.stored_brands(conn) if each.origin == "file"
        }
        with setting_words.recorded(conn, person, now, "brands", "workspace"):
            if brand.name not in declared:
                workspace.change_brand(conn, brand)
            if space.settings.timezone is None:
                workspace.set_timezone(conn, company.timezone)


def is_begun(space: Workspace) -> bool:
    """Say whether there is a brand of ours to tell mentions by."""
    return any(brand.own for brand in workspace.brands(space.db.reader()))
