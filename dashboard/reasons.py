"""The words that made a mention's score, told by the model that made it.

A model that counts no more, or another version of the default, is not asked: what it says
today would explain another score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from dashboard.wiring import Workspace
from storage.listing import MentionDetail, scored_text
from storage.models import Passage

if TYPE_CHECKING:
    from sentiment.analyser import Reason


@runtime_checkable
class _Explains(Protocol):
    """An analyser that tells which words made its score."""

    def explain(self, passage: Passage) -> tuple[Reason, ...]:
        """Return the words that made the score, in order."""
        ...


def reasons(space: Workspace, found: MentionDetail) -> tuple[Reason, ...]:
    """Return the words that made the counted score of the current version, in order."""
    from sentiment.learned_choice import Chosen

    row = found.row
    model = next(
        (each.model for each in found.scores if each.counted and each.version == row.version), None
    )
    if model is None:
        return ()
    chosen, engine = space.analyser(), space.engine()
    passage = Passage(scored_text(row.title, row.text), row.lang, source=row.source)
    if model == engine.model_id and isinstance(engine, _Explains):
        return engine.explain(passage)
    return chosen.explain(passage, model) if isinstance(chosen, Chosen) else ()
