"""What checked texts say of the models, in words. Pure."""

from __future__ import annotations

from dashboard.checking import Correction
from sentiment.prevalence import Agreement, ModelError

WHY = (
    "A few texts a week, drawn at random and read by people who do not see what the model said, "
    "tell how often it errs. Nobody has to: nothing waits for it."
)


def short(found: Correction) -> str:
    """Say below a trend how far its correction has come."""
    if found.points:
        return (
            f"Dotted: negatives corrected for the model's error, measured on {found.checked:,} "
            f"checked texts (right on {found.accuracy:.0%}); only where the interval is within "
            "±7 points."
        )
    if not found.checked:
        return "The model's own error is not measured yet."
    if found.checked < found.needed:
        return (
            f"Checked {found.checked:,} of about {found.needed:,} texts that a corrected trend "
            "needs."
        )
    return (
        f"Checked {found.checked:,} texts; none of these steps has enough texts to be corrected to "
        "±7 points. A longer period has longer steps."
    )


def model(error: ModelError) -> str:
    """Say what was measured of one model."""
    words = f"checked {error.checked:,} of about {max(error.needed(), error.checked):,}"
    usual = error.usual()
    if usual is None:
        return f"{words}; too few to say how often it errs"
    told = f"right on negative or not in {error.accuracy:.0%}"
    share = f"truly negative {usual.value:.0%} ({usual.low:.0%}–{usual.high:.0%})"
    return f"{words}; {told}; {share} of what it reads"


def people(found: Agreement) -> str:
    """Say how far people agree, which is the most that can be asked of a model."""
    if not found.texts:
        return "No text was read by two people yet: some are asked of a second one."
    alpha = "" if found.alpha is None else f", Krippendorff's alpha {found.alpha:.2f}"
    texts = "text" if found.texts == 1 else "texts"
    return (
        f"Two people agree on {found.agreed:.0%} of {found.texts:,} {texts}{alpha}: "
        "no model can be asked for more."
    )
