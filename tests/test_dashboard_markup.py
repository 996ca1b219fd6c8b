"""What people wrote becomes letters, whatever it is."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard import markup
from storage.listing import MentionRow
from storage.models import Flag, Intent, Kind, Label, Opinion, Origin, Purpose, Urgency
from tests.pages import HOSTILE

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
OURS = {"div", "span", "bdi", "em", "mark", "dl", "dt", "dd", "p"}


class _Tags(HTMLParser):
    """Collects tags and attributes as a browser's parser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def _parsed(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    parser.close()
    return parser


def _row(text: str, title: str = "", name: str = "shop") -> MentionRow:
    return MentionRow(
        *(1, 1, 1, Kind.REVIEW, name, name, name, name, NOW, "second", name, 2.0, None, None, None),
        *(Label.NEGATIVE, Origin.STARS, None, "en", (name,), title, text, "", False),
    )


@given(st.text(max_size=200), st.text(max_size=40), st.text(max_size=40))
def test_cards_hold_no_tag_but_ours(text: str, title: str, name: str) -> None:
    found = _parsed(markup.card(_row(text, title, name), "UTC", {}))
    assert found.tags <= OURS
    assert found.attributes <= {"class", "style", "role", "aria-label", "title"}


@given(st.text(max_size=80), st.integers(0, 90), st.integers(0, 90), st.text(max_size=20))
def test_evidence_keeps_every_letter(text: str, start: int, end: int, topic: str) -> None:
    opinion = Opinion(topic, "", start, end, Label.NEGATIVE, -0.5)
    flag, purpose = Flag(Urgency.LEGAL, end, start), Purpose(Intent.QUESTION, start // 2, end + 3)
    html = markup.evidence(text, [opinion], {}, purpose, [flag])
    found = _parsed(html)
    assert found.tags <= OURS
    assert found.text.replace("\r", "\n") == markup._visible(text).replace("\r", "\n")


def test_hostile_text_is_shown_as_it_stands() -> None:
    found = _parsed(markup.card(_row(HOSTILE, HOSTILE, HOSTILE), "UTC", {}, clip=False))
    assert found.tags <= OURS
    assert "<script>document.title='owned'</script>" in found.text
    assert "\u202e" not in found.text
    assert "\x00" not in found.text


def test_evidence_marks_what_it_says() -> None:
    opinions = [
        Opinion("delivery", "late", 13, 17, Label.NEGATIVE, -0.5),
        Opinion("delivery", "Delivery", 0, 8, Label.NEGATIVE, -0.5),
        Opinion("inside", "liver", 2, 7, Label.POSITIVE, 0.5),
    ]
    html = markup.evidence("Delivery was late", opinions, {"delivery": "Delivery <b>"})
    assert re.findall(r"<mark[^>]*>([^<]*)</mark>", html) == ["Delivery", "late"]
    assert 'title="Delivery &lt;b&gt;: negative"' in html


def test_evidence_of_intent_and_urgency_may_overlap_that_of_opinions() -> None:
    opinions = [Opinion("delivery", "late", 3, 7, Label.NEGATIVE, -0.5)]
    html = markup.evidence(
        "So late I call a <lawyer>",
        opinions,
        {},
        Purpose(Intent.COMPLAINT, 0, 7),
        [Flag(Urgency.LEGAL, 8, 25)],
    )
    assert re.findall(r'<mark class="es-mark ([^"]*)" title="([^"]*)">([^<]*)</mark>', html) == [
        ("es-intent", "complaint", "So "),
        ("es-negative es-intent", "delivery: negative · complaint", "late"),
        ("es-urgent", "legal", "I call a &lt;lawyer&gt;"),
    ]


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://example.org/r/1", True),
        ("http://127.0.0.1:9/x", True),
        ("javascript:alert(1)", False),
        ("JAVASCRIPT:alert(1)", False),
        ("data:text/html,<script>", False),
        ("//example.org", False),
        ("https://", False),
        ("http://[broken", False),
        ("", False),
    ],
)
def test_only_web_addresses_become_links(url: str, allowed: bool) -> None:
    assert (markup.safe_url(url) is not None) is allowed


def test_times_are_told_in_the_reporting_timezone_and_days_stay_days() -> None:
    night = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    assert markup.when(night, "Europe/Berlin") == "21 Nov 2026 00:30"
    assert markup.when(night, "Europe/Berlin", "day") == "20 Nov 2026"
    assert markup.when(night, "UTC", "estimated") == "about 20 Nov 2026 23:30"
    assert markup.when(None, "UTC") == "never"


def test_ago() -> None:
    assert markup.ago(None, NOW) == "never"
    assert markup.ago(NOW, NOW) == "just now"
    assert markup.ago(NOW - timedelta(minutes=7), NOW) == "7 min ago"
    assert markup.ago(NOW - timedelta(hours=30), NOW) == "30 h ago"
    assert markup.ago(NOW - timedelta(days=3), NOW) == "3 days ago"
    assert markup.ago(NOW + timedelta(hours=3), NOW) == "in 3 h"


def test_stars_are_heard_as_a_number() -> None:
    assert 'aria-label="2.5 of 5 stars"' in markup.stars(2.5)
    assert markup.stars(None) == ""
