"""A year of ordinary reviews with a planted attack, a trickle of a common phrase, copies."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from storage.models import Kind, Observation

_THINGS = ("lamp", "kettle", "chair", "desk", "shelf", "mirror", "blanket", "clock", "rug", "vase")
_SAID = (
    "The {a} I bought stands beside the {b} and looks {w} in the evening light.",
    "Delivery of the {a} took {n} days, the {b} came later and was {w}.",
    "We use our {a} every {d}; the {b} is {w} but a little small for the room.",
    "My sister gave me this {a}, I find it {w}, though the {b} would have cost {n} less.",
    "After {n} weeks the {a} is still {w}, which I cannot say of the {b}.",
)
_WORDS = ("lovely", "dull", "fine", "sturdy", "wobbly", "elegant", "noisy", "plain", "odd", "warm")
_DAYS = ("Monday", "evening", "weekend", "morning", "summer", "winter")
ATTACK = (
    "Do not buy from this shop! {name} ordered a {a}, they took the money and never answered"
    " a single {m}. Thieves, report them to the police and stay away{e}"
)
TRICKLE = "Everything arrived as described and on time, thank you very much and see you soon {e}"


def reviews(now: datetime, count: int = 400, *, seed: int = 1) -> list[Observation]:
    """Ordinary reviews over a year."""
    random = Random(seed)
    found = []
    for number in range(count):
        at = now - timedelta(days=365 * (1 - number / count), hours=2)
        a, b = random.sample(_THINGS, 2)
        text = random.choice(_SAID).format(
            a=a, b=b, w=random.choice(_WORDS), d=random.choice(_DAYS), n=random.randint(2, 90)
        )
        extra = " ".join(random.sample(_WORDS + _DAYS, 5))
        found.append(review(f"r{number}", at, f"{text} {extra}", f"customer {number}"))
    return found


def attack(now: datetime, count: int = 8, *, seed: int = 1) -> list[Observation]:
    """Look-alikes by different names within a day."""
    random = Random(seed)
    return [
        review(
            f"x{number}",
            now - timedelta(days=20) + timedelta(hours=2 * number),
            ATTACK.format(
                name=random.choice(("I", "We", "My wife", "A friend")),
                a=random.choice(_THINGS),
                m=random.choice(("mail", "message", "letter", "call")),
                e=random.choice(("!", ".", "!!!")),
            ),
            f"newcomer {number}",
        )
        for number in range(count)
    ]


def trickle(now: datetime, count: int = 40) -> list[Observation]:
    """The same polite phrase every nine days, by somebody else each time."""
    return [
        review(
            f"t{number}",
            now - timedelta(days=9 * number, hours=5),
            TRICKLE.format(e="!" * (number % 3)),
            f"guest {number}",
        )
        for number in range(count)
    ]


def review(native: str, at: datetime, text: str, author: str) -> Observation:
    """One review of the shop."""
    return Observation(
        "shop", native, Kind.REVIEW, text=text, author=author, published_at=at, rating=3.0
    )
