"""What pages read of look-alikes and of the taxonomy; kept like everything in ``data``."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.data import At, reads
from storage import bursts as burst_store
from storage import listing, topic_studies, topics
from storage import rereading as topic_rereading
from storage.listing import MentionRow

topic_study = reads("settings", keep=8)(topic_studies.last)
proposals = reads("settings", keep=8)(topic_studies.proposals)
stored_topics = reads("settings", keep=8)(topics.stored)
topic_history = reads("settings", keep=8)(topics.history)
rereading = reads("facts", "settings", keep=8)(topic_rereading.waiting)
bursts = reads("facts", keep=8)(burst_store.bursts)
burst_history = reads("facts", keep=64)(burst_store.history)
left_out = reads("facts", keep=8)(burst_store.left_out)


def examples(at: At, ids: Sequence[int]) -> list[MentionRow]:
    """Some mentions, newest first."""
    return listing.rows(at.db.reader(), list(ids))


def burst_mentions(at: At, burst_id: int) -> list[MentionRow]:
    """The mentions of a burst, newest first."""
    conn = at.db.reader()
    return listing.rows(conn, burst_store.members(conn, burst_id))
