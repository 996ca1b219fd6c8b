"""A learned model as bytes: arrays in numpy's own format and JSON beside them, never pickle.

Reading takes nothing on trust: shapes must fit together, and a model of another way of
reading texts is refused, because its numbers would mean something else here.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence

import numpy as np

from sentiment import learned_features, learned_words
from sentiment.learned import LABELS, Learned, Weights
from sentiment.learned_features import ENGINE
from sentiment.learned_vocabulary import LONGEST_PIECE, SHORTEST_PIECE, Vocabulary
from storage.errors import InputError
from storage.models import Json

_TIED = {
    "words": learned_words.VERSION,
    "features": learned_features.VERSION,
    "engine": list(ENGINE),
    "labels": [label.value for label in LABELS],
    "pieces": [SHORTEST_PIECE, LONGEST_PIECE],
}
"""What a model's numbers depend on beside themselves."""


def dump(model: Learned) -> tuple[str, bytes]:
    """Return a model as JSON and arrays."""
    weights, vocabulary = model.weights, model.vocabulary
    file = io.BytesIO()
    np.savez_compressed(
        file,
        allow_pickle=False,
        words=_letters(vocabulary.words),
        pairs=vocabulary.pairs,
        pieces=_letters(vocabulary.pieces),
        rare=weights.rare,
        ngrams=weights.ngrams,
        engine=weights.engine,
        bias=weights.bias,
        shift=weights.shift,
        prior=weights.prior,
    )
    about = {**_TIED, "temperature": weights.temperature, "lean": weights.lean}
    return json.dumps(about, sort_keys=True), file.getvalue()


def load(about: str, arrays: bytes) -> Learned:
    """Return the model of JSON and arrays; raise InputError for any other."""
    try:
        known: Json = json.loads(about)
        if not isinstance(known, dict):
            raise ValueError("not an object")
        if {name: known.get(name) for name in _TIED} != _TIED:
            raise InputError("this model was learned by an earlier Earshot: train again")
        with np.load(io.BytesIO(arrays), allow_pickle=False) as kept:
            vocabulary = Vocabulary(
                _strings(kept["words"]), kept["pairs"], _strings(kept["pieces"])
            )
            weights = Weights(
                rare=kept["rare"],
                ngrams=kept["ngrams"],
                engine=kept["engine"],
                bias=kept["bias"],
                temperature=_number(known["temperature"]),
                shift=kept["shift"],
                prior=kept["prior"],
                lean=_number(known["lean"]),
            )
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"the stored model cannot be read: {error}") from error
    _check(vocabulary, weights)
    return Learned(vocabulary, weights)


def digest(about: str, arrays: bytes) -> str:
    """Return what names these very numbers."""
    return hashlib.sha256(about.encode() + b"\0" + arrays).hexdigest()[:12]


def _check(vocabulary: Vocabulary, weights: Weights) -> None:
    sides = (len(LABELS),)
    fits = (
        weights.rare.shape == (vocabulary.size,)
        and weights.ngrams.shape == (vocabulary.size, *sides)
        and weights.engine.shape == (len(ENGINE), *sides)
        and weights.bias.shape == weights.shift.shape == weights.prior.shape == sides
        and weights.temperature > 0
    )
    if not fits:
        raise InputError("the stored model cannot be read: its parts do not fit together")


def _letters(strings: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    # No word holds a line's end: it would have been cut there.
    return np.frombuffer("\n".join(strings).encode(), np.uint8)


def _strings(letters: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> list[str]:
    return letters.tobytes().decode().split("\n") if len(letters) else []


def _number(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number")
    return float(value)
