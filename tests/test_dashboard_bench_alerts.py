"""The benchmark of alerts counts windows and false alarms as it says."""

from __future__ import annotations

from datetime import datetime, timedelta

from dashboard.bench import alerts, made_weeks
from dashboard.bench.alerts import Count, Labelled

START = datetime(2026, 3, 2)


def hour(number: float) -> datetime:
    return START + timedelta(hours=number)


def test_windows_and_merged_false_alarms_are_counted_after_the_first_week() -> None:
    rows = [(hour(n), 1.0) for n in range(28 * 24 + 1)]
    series = Labelled("x", rows, ((hour(10), hour(20)), (hour(300), hour(320))))
    alarms = [hour(15), hour(200), hour(206), hour(318), hour(325), hour(500)]
    assert alerts.count(series, alarms) == Count(1, 1, 2, 3.0)


def test_the_rules_compared_with_find_a_tenfold_hour() -> None:
    rows = [(hour(n), 10.0 + n % 3) for n in range(500)]
    rows[400] = (hour(400), 100.0)
    for rule in (alerts.deviations(4), alerts.moving_average(3), alerts.fixed(1.5)):
        assert rule(rows) == [hour(401)]
    assert alerts.ours(0.6)(rows) == [hour(400)]


def test_made_weeks_are_the_same_each_time() -> None:
    one, two = made_weeks.weeks(1, 2, 5.0), made_weeks.weeks(1, 2, 5.0)
    assert (one.n == two.n).all()
    assert (one.negative <= one.n).all()
