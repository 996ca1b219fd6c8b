"""Dates by the shape of each value, day and month by the column's evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.tables import orders
from collectors.tables.dates import Dates, Order, looks_like_date
from storage.errors import InputError
from storage.models import Precision
from tests.tables import NOW, run, write

DAY, SECOND = Precision.DAY, Precision.SECOND


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("text", "moment", "precision"),
    [
        ("2024-12-29", at(2024, 12, 29), DAY),
        ("2024/12/29", at(2024, 12, 29), DAY),
        ("2024.1.5", at(2024, 1, 5), DAY),
        ("20241229", at(2024, 12, 29), DAY),
        ("29-12-2024", at(2024, 12, 29), DAY),
        ("29.12.24", at(2024, 12, 29), DAY),
        ("29. 12. 2024", at(2024, 12, 29), DAY),
        ("2024-12-29T10:11:12Z", at(2024, 12, 29, 10, 11, 12), SECOND),
        ("2024-12-29 10:11", at(2024, 12, 29, 10, 11), SECOND),
        ("2024-12-29T10:11:12.345678+02:00", at(2024, 12, 29, 8, 11, 12, 345678), SECOND),
        ("2015-02-16 23:36:05 -0800", at(2015, 2, 17, 7, 36, 5), SECOND),
        ("2024-12-29 10:11:12 UTC", at(2024, 12, 29, 10, 11, 12), SECOND),
        ("29.12.2024, 10:11 Uhr", at(2024, 12, 29, 10, 11), SECOND),
        ("29/12/2024 10:11:12 PM", at(2024, 12, 29, 22, 11, 12), SECOND),
        ("29/12/2024 12:05 a.m.", at(2024, 12, 29, 0, 5), SECOND),
        ("Jan 5, 2024", at(2024, 1, 5), DAY),
        ("January 5, 2024 10:11 PM", at(2024, 1, 5, 22, 11), SECOND),
        ("5 January 2024", at(2024, 1, 5), DAY),
        ("20-May-12", at(2012, 5, 20), DAY),
        ("5. März 2024", at(2024, 3, 5), DAY),
        ("5 février 2024", at(2024, 2, 5), DAY),
        ("5 de enero de 2024", at(2024, 1, 5), DAY),
        ("Reviewed in Germany on January 5, 2024", at(2024, 1, 5), DAY),
        ("Mon, 16 Feb 2015 23:36:05 -0800", at(2015, 2, 17, 7, 36, 5), SECOND),
        ("Mon Feb 16 23:36:05 +0000 2015", at(2015, 2, 16, 23, 36, 5), SECOND),
        ("Mon Apr 06 22:19:45 PDT 2009", at(2009, 4, 7, 5, 19, 45), SECOND),
        ("09 13, 2009", at(2009, 9, 13), DAY),
        ("1303862400", at(2011, 4, 27), SECOND),
        ("1303862400.0", at(2011, 4, 27), SECOND),
        ("1525132892895", at(2018, 5, 1, 0, 1, 32, 895000), SECOND),
        ("45292", at(2024, 1, 1), DAY),
    ],
)
def test_shapes_of_dates(text: str, moment: datetime, precision: Precision) -> None:
    assert Dates([], UTC, NOW).parse(text) == (moment, precision)


@pytest.mark.parametrize(
    "text",
    [
        "31.02.2024", "2024-13-01", "0001-01-01", "9999-12-31", "1989-12-31", "2026-11-25",
        "yesterday", "12", "00.00.0000", "1.52513E+12", "2024", "May 2024", "5 5 5", "x" * 999,
        "2024-01-01T25:00:00", "12345678901234567890", "29/12/2024 13:05 PM",
        "99999999", "-1", "2024-01-01 10:00:00 XYZ1",
    ],
)  # fmt: skip
def test_what_is_no_sensible_date(text: str) -> None:
    assert Dates([], UTC, NOW).parse(text) is None


def test_times_without_offset_are_in_the_given_zone_and_days_are_not() -> None:
    dates = Dates([], ZoneInfo("Europe/Berlin"), NOW)
    assert dates.parse("2024-07-01 12:00:00") == (at(2024, 7, 1, 10), SECOND)
    assert dates.parse("2024-07-01") == (at(2024, 7, 1), DAY)


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (["03/04/2024", "13/04/2024"], "dmy"),
        (["03/04/2024", "04/13/2024"], "mdy"),
        (["3/4/24", "12/31/23"], "mdy"),
        (["03-04-2024", "24-04-2024"], "dmy"),
        (["24/01/31", "98/02/01"], "ymd"),
        (["01/12/2026", "02/11/2026"], "mdy"),  # the other way is in the future
        (["03/04/2024 10:11 PM"], "mdy"),
        (["03.04.2024"], "dmy"),
    ],
)
def test_the_column_decides_between_day_and_month(values: list[str], order: str) -> None:
    found, _ = orders.find([v[: orders.PREFIX] for v in values], values, NOW)
    assert [each.order for each in found] == [order]


def test_a_separator_without_evidence_follows_the_one_that_has_it() -> None:
    values = ["03/04/2024", "13-04-2024"]
    found, warnings = orders.find([v[: orders.PREFIX] for v in values], values, NOW)
    assert {each.order for each in found} == {"dmy"}
    assert not warnings


def test_a_guess_without_evidence_is_said_and_can_be_set(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,date\na b c,03/04/2024\nb c d,05/06/2024\n")
    guessed = run(path)
    assert guessed.taken[0].published_at == at(2024, 4, 3)
    assert "is a guess" in guessed.warnings[0]
    set_by_hand = run(path, dates="mdy")
    assert set_by_hand.taken[0].published_at == at(2024, 3, 4)
    assert not set_by_hand.warnings
    with pytest.raises(InputError, match="date order"):
        run(path, dates="dym")


def test_the_evidence_may_come_late_in_the_file(tmp_path: Path) -> None:
    rows = [f"text number {n},{1 + n % 12:02}/03/2024" for n in range(3000)]
    content = "\n".join(["text,date", *rows, "the last,25/03/2024", ""])
    found = run(write(tmp_path / "a.csv", content))
    assert found.taken[1].published_at == at(2024, 3, 2)
    assert found.taken[-1].published_at == at(2024, 3, 25)


def test_two_shapes_in_one_column(tmp_path: Path) -> None:
    content = "text,date\na,2024-05-01\nb,02-05-2024\nc,28-05-2024\n"
    days = [seen.published_at for seen in run(write(tmp_path / "a.csv", content)).taken]
    assert days == [at(2024, 5, 1), at(2024, 5, 2), at(2024, 5, 28)]


def test_bad_dates_leave_a_row_undated_and_are_counted(tmp_path: Path) -> None:
    content = "text,date\na,2024-05-01\nb,31.02.2024\nc,9999-12-31\nd,\ne,n/a\n"
    found = run(write(tmp_path / "a.csv", content))
    assert [seen.published_at is None for seen in found.taken] == [False, True, True, True, True]
    assert found.warnings == ("2 values of published_at are not sensible dates and were left out",)


def test_a_column_of_midnights_knows_days_only(tmp_path: Path) -> None:
    rows = "".join(f"text {n},2024-05-{n:02} 00:00:00\n" for n in range(1, 9))
    found = run(write(tmp_path / "a.csv", "text,date\n" + rows), timezone="America/New_York")
    assert {seen.precision for seen in found.taken} == {DAY}
    assert found.taken[0].published_at == at(2024, 5, 1)
    mixed = run(write(tmp_path / "b.csv", "text,date\n" + rows + "z,2024-05-09 10:00:00\n"))
    assert {seen.precision for seen in mixed.taken} == {SECOND}


def test_an_unknown_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no time zone 'Mars/Base'"):
        run(write(tmp_path / "a.csv", "text\na b\n"), timezone="Mars/Base")


moments = st.datetimes(datetime(1990, 1, 1), datetime(2026, 11, 1))


@given(
    moments, st.sampled_from(["%d.%m.%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%b %d, %Y %I:%M:%S %p"])
)
def test_what_is_written_is_read(moment: datetime, form: str) -> None:
    expected = moment.replace(microsecond=0, tzinfo=UTC)
    orders_known = [Order(".", "dmy", "")]
    assert Dates(orders_known, UTC, NOW).parse(moment.strftime(form)) == (expected, SECOND)
    assert looks_like_date(moment.strftime(form))


@given(st.text(max_size=90))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = Dates([], UTC, NOW).parse(text)
    looks_like_date(text)
    assert found is None or at(1990, 1, 1) <= found[0] <= NOW + timedelta(days=2)
