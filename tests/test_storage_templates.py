"""Questions that no template is for: counted by topic, as the list of them says."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage import listing, people, templates
from storage.models import Intent, MentionFilter, Source
from storage.people import Role
from storage.templates import BUILT_IN, Template
from tests import pages

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_questions_are_counted_by_topic_until_a_template_is_there(tmp_path: Path) -> None:
    space = pages.build(tmp_path, now=NOW)
    shop = Source("shop", "feeds", options={"url": "http://127.0.0.1:9/shop.xml"})
    asked = [
        pages.review(900 + i, NOW - timedelta(days=i), f"When will my delivery arrive? ({i})", 3.0)
        for i in range(5)
    ]
    pages.take(space, shop, asked)
    conn = space.db.reader()
    rows = listing.every(conn, MentionFilter(intents=(Intent.QUESTION,)))
    expected = Counter(topic for row in rows for topic in row.topics)
    found = templates.unanswered(conn, NOW)
    assert {each.topic: each.asked for each in found} == expected
    assert found
    assert [each.asked for each in found] == sorted(expected.values(), reverse=True)
    assert templates.unanswered(conn, NOW + timedelta(days=200)) == []
    with space.db.write() as writing:
        lead = people.person(writing, "Ana", NOW, role=Role.LEAD)
        text = "It will be with you soon, we promise."
        template = Template(BUILT_IN, "Arrival", found[0].topic, "en", "plain", text)
        templates.save(writing, template, lead, NOW)
    assert found[0].topic not in {each.topic for each in templates.unanswered(conn, NOW)}
    space.close()
