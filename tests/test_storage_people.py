"""People: made when first named, one name in upper and lower case, nobody is the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import people
from storage.database import Database
from storage.errors import InputError, NotFound, Refused
from storage.people import EARSHOT, Role
from tests.desk import NOW, open_database


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(tmp_path)


def test_a_name_makes_a_person_once(db: Database) -> None:
    with db.write() as conn:
        ana = people.person(conn, "  Ana  Lo\u0301pez ", NOW)
        again = people.person(conn, "ana lópez", NOW)
        bob = people.person(conn, "Bob", NOW)
    assert ana == again
    assert (ana.name, ana.role) == ("Ana López", Role.LEAD), "the first one leads"
    assert bob.role is Role.AGENT
    assert people.people(db.reader()) == [ana, bob]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x00b", "a\x1bb", "a\u202eb", "\ud800"])
def test_names_that_cannot_be_shown_are_refused(db: Database, name: str) -> None:
    with db.write() as conn, pytest.raises(InputError):
        people.person(conn, name, NOW)


def test_nobody_acts_as_the_program(db: Database) -> None:
    with db.write() as conn, pytest.raises(Refused, match="the program itself"):
        people.person(conn, "EarShot", NOW)
    assert people.people(db.reader()) == []
    row = db.reader().execute("SELECT id, name, role FROM people").fetchone()
    assert row == tuple(EARSHOT)


def test_roles(db: Database) -> None:
    with db.write() as conn:
        people.person(conn, "Lee", NOW)
        people.person(conn, "Ana", NOW)
        assert not people.known(conn, "ana").leads
        assert people.set_role(conn, "Ana", Role.LEAD).leads
        assert people.known(conn, "Ana").role is Role.LEAD
        with pytest.raises(Refused):
            people.set_role(conn, "Ana", Role.SYSTEM)
        with pytest.raises(NotFound, match="nobody here is called 'Zoe'"):
            people.known(conn, "Zoe")
        with pytest.raises(NotFound):
            people.known(conn, "earshot")
