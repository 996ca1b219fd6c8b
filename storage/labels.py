"""Which label counts: human, then the customer's own mark, then the model.

Pure. The mark is the star rating where there is one; a survey answer without text is
labelled by its NPS or CSAT. A model that is not sure gets a slice of its own.
"""

from __future__ import annotations

from storage.measures import DETRACTOR_TO, PROMOTER_FROM, SATISFIED_FROM
from storage.models import RATING_SCALE, Label, Origin


def of_stars(rating: int) -> Label:
    """Label of a scaled rating: 1–2 negative, 3 neutral, 4–5 positive (halves: nearer end)."""
    if rating < 2.5 * RATING_SCALE:
        return Label.NEGATIVE
    return Label.POSITIVE if rating > 3.5 * RATING_SCALE else Label.NEUTRAL


def of_mark(rating: int | None, nps: int | None, csat: int | None) -> Label | None:
    """Label of the customer's own mark, None where there is none (CES has no side)."""
    if rating is not None:
        return of_stars(rating)
    if nps is not None:
        if nps >= PROMOTER_FROM:
            return Label.POSITIVE
        return Label.NEGATIVE if nps <= DETRACTOR_TO else Label.NEUTRAL
    if csat is not None:
        if csat >= SATISFIED_FROM:
            return Label.POSITIVE
        return Label.NEGATIVE if csat < SATISFIED_FROM - 1 else Label.NEUTRAL
    return None


def of_score(scored: str | None, unsure: int | None) -> Label | None:
    """Return the label that a stored score stands for; None where there is no score."""
    if scored is None:
        return None
    return Label.UNSURE if unsure and scored != Label.UNSCORED else Label(scored)


def counted(
    human: Label | None,
    rating: int | None,
    nps: int | None,
    csat: int | None,
    model: Label | None,
    *,
    has_text: bool,
) -> tuple[Label, Origin]:
    """Return the label that counts and who gave it.

    ``model`` is the model's counted label, None before it has looked.
    """
    if human is not None:
        return human, Origin.HUMAN
    if rating is not None:
        return of_stars(rating), Origin.STARS
    if not has_text:
        mark = of_mark(None, nps, csat)
        if mark is not None:
            return mark, Origin.STARS
    if model is None or model is Label.UNSCORED:
        return Label.UNSCORED, Origin.NONE
    return model, Origin.MODEL
