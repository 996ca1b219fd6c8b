"""How one mention of the sample company comes to be: who says what, where, in which mood.

``birth`` is pure: the same generator state, outlet and time give the same mention. What
happens to it later (replies, edits, deletion) is in ``afterlife.py``.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime
from random import Random
from typing import NamedTuple

from dashboard.sample import writing
from dashboard.sample.authors import author
from dashboard.sample.grammar import Pen, Subject, words
from dashboard.sample.outlets import Form, Outlet
from dashboard.sample.phases import SPAIN, Phase, stars, topics, version
from storage.models import Kind, Observation

_LANGS = ("en", "de", "fr", "es")
_COUNTRY = {"en": ("gb", "ie"), "de": ("de", "at"), "fr": ("fr", "be"), "es": ("es", "es")}
_MOOD = (-1, -1, 0, 1, 1)
_NPS = ((0, 1, 2, 0, 3), (3, 4, 5, 6, 2), (6, 7, 5, 7, 6), (8, 9, 7, 8, 8), (9, 10, 10, 9, 8))
_CES = ((1, 2, 1), (2, 3, 2), (4, 3, 5), (5, 6, 6), (6, 7, 7))
_RIVALS = ("Larkbasket", "Vendroo")

NOTHING = Subject("support", ("support",), ("support",))
"""The subject of texts that are not about a topic: replies and the news."""


class Setting(NamedTuple):
    """Where and when something is said: ``ago`` counts days back from the opening."""

    seed: int
    outlet: Outlet
    at: datetime
    ago: float
    phase: Phase


class Mention(NamedTuple):
    """A mention as it was first said, with what its author meant by it.

    ``turns`` are the later turns of a conversation: customer, agent, customer.
    """

    setting: Setting
    seen: Observation
    mood: int
    aspect: str
    who: str
    turns: tuple[str, ...] = ()

    @property
    def own(self) -> bool:
        """Say whether it is about our own brand."""
        return self.seen.brand == "Pantrelo"


def pen_for(rng: Random, lang: str, brand: str, subject: Subject, ago: float) -> Pen:
    """Return a pen that knows the names of the day."""
    rivals = [name for name in ("Pantrelo", *_RIVALS) if name != brand]
    values = {
        "brand": brand,
        "other": rivals[int(rng.random() * len(rivals))],
        "handle": f"@{brand.lower()}",
        "tag": f"#{brand.lower()}",
        "version": version(brand == "Pantrelo", ago),
    }
    return Pen(rng, words(lang), subject, values)


def _language(rng: Random, setting: Setting, brand: str) -> str:
    draw = rng.random() * 100
    lang = "en"
    for lang, share in zip(_LANGS, setting.outlet.langs, strict=True):  # noqa: B007
        draw -= share
        if draw < 0:
            break
    if lang == "es" and (brand != "Pantrelo" or setting.ago > SPAIN):
        return "en"
    return lang


def _brand(rng: Random, setting: Setting) -> str:
    if setting.outlet.brand is not None:
        return setting.outlet.brand
    now = setting.phase
    own = 0.52 + 0.25 * now.launch + 0.36 * now.crisis + 0.12 * now.recovery
    draw = rng.random()
    if draw < own:
        return "Pantrelo"
    lark = 0.55 + 0.35 * now.rival
    return _RIVALS[0] if rng.random() < lark else _RIVALS[1]


def _subject(rng: Random, setting: Setting, own: bool, good: bool) -> Subject:
    """Draw what somebody talks about on such a day; praise and blame do not overlap."""
    form = setting.outlet.form
    keys, weights = topics(own, False, setting.phase, form)
    blame = tuple(rng.choices(keys, weights, k=3))
    keys, weights = topics(own, True, setting.phase, form)
    liked = rng.choices(keys, weights, k=4)
    praise = tuple(liked if good else [key for key in liked if key not in blame])
    praise = praise or ("delivery" if "delivery" not in blame else "choice",)
    return Subject(praise[0] if good else blame[0], praise, blame)


def _product(form: Form, brand: str, aspect: str) -> str | None:
    if brand != "Pantrelo":
        return f"{brand} App" if form is Form.STORE else None
    if aspect == "tin":
        return "Suppertin"
    if aspect == "plus":
        return "Pantrelo Plus"
    return "Pantrelo App" if form is Form.STORE or aspect in ("app", "double") else "Pantrelo Shop"


def _mood(rng: Random, form: Form, star: int) -> int:
    mood = _MOOD[star]
    if form in (Form.FORUM, Form.MICRO):
        odds = (0.05, 0.15, 1.0, 0.7, 0.22)[star]
        return 0 if rng.random() < odds else mood
    return 0 if star == 3 and rng.random() < 0.35 else mood


class _Said(NamedTuple):
    text: str = ""
    title: str = ""
    turns: tuple[str, ...] = ()
    rating: float | None = None
    nps: int | None = None
    csat: int | None = None
    ces: int | None = None


def _said(pen: Pen, outlet: Outlet, mood: int, star: int) -> _Said:
    """Let the pen write what fits the outlet."""
    rng, form = pen.rng, outlet.form
    if form in (Form.STORE, Form.SITE):
        text = writing.review(pen, mood)
        titled = form is Form.SITE or outlet.id.startswith("appstore")
        return _Said(text, writing.title(pen, mood) if titled else "", rating=star + 1.0)
    if form is Form.NPS:
        text = writing.recommendation(pen, mood) if pen.chance(0.66) else ""
        return _Said(text, nps=rng.choice(_NPS[star]))
    if form is Form.CSAT:
        text = writing.verdict(pen, mood) if pen.chance(0.55) else ""
        return _Said(text, csat=star + 1)
    if form is Form.CES:
        text = writing.effort(pen, 1 if star >= 3 else -1) if pen.chance(0.45) else ""
        return _Said(text, ces=rng.choice(_CES[star]))
    if form is Form.FORUM:
        title, text = writing.post(pen, mood)
        return _Said(text, title)
    if form is Form.CHAT:
        start, *turns = writing.chat(pen, mood > 0)
        return _Said(start, turns=tuple(turns))
    return _Said(writing.micro(pen, mood))


def birth(rng: Random, setting: Setting, native_id: str) -> Mention:
    """Return a new mention of some brand in this setting."""
    outlet, form = setting.outlet, setting.outlet.form
    brand = _brand(rng, setting)
    lang = _language(rng, setting, brand)
    if form is Form.ARTICLE:
        return _article(rng, setting, brand, lang, native_id)
    star = min(4, bisect_left(stars(brand, setting.phase, form), rng.random()))
    mood = _mood(rng, form, star)
    own = brand == "Pantrelo"
    subject = _subject(rng, setting, own, mood > 0 and form is not Form.CHAT)
    aspect = subject.aspect
    pen = pen_for(rng, lang, brand, subject, setting.ago)
    said = _said(pen, outlet, mood, star)
    name, who = author(rng, setting.seed, form, lang)
    seen = Observation(
        outlet.place,
        native_id,
        outlet.kind,
        title=said.title,
        text=said.text,
        author=name,
        url=_url(outlet, native_id),
        published_at=setting.at,
        rating=said.rating,
        nps=said.nps,
        csat=said.csat,
        ces=said.ces,
        lang=lang if form is not Form.MICRO else None,
        brand=brand,
        product=_product(form, brand, aspect),
        extra=_extra(rng, setting, brand, lang),
    )
    return Mention(setting, seen, mood, aspect, who, said.turns)


def _url(outlet: Outlet, native_id: str) -> str:
    site, _, rest = outlet.place.partition(":")
    if outlet.kind in (Kind.SURVEY, Kind.CONVERSATION):
        return ""
    path = f"{rest}/" if rest else ""
    return f"https://{site}.example/{path}{native_id}"


def _extra(rng: Random, setting: Setting, brand: str, lang: str) -> dict[str, str]:
    country = _COUNTRY[lang][rng.random() < 0.3]
    if setting.outlet.form is not Form.STORE:
        return {"country": country} if setting.outlet.kind is Kind.SURVEY else {}
    behind = setting.ago + (rng.random() * 20 if rng.random() < 0.25 else 0.0)
    return {"country": country, "app_version": version(brand == "Pantrelo", behind)}


def _article(rng: Random, setting: Setting, brand: str, lang: str, native_id: str) -> Mention:
    own, now, draw = brand == "Pantrelo", setting.phase, rng.random()
    name, mood = "routine", 0
    if own and draw < 1.4 * now.crisis:
        name, mood = "crisis", -1
    elif own and draw < 0.8 * now.recovery:
        name, mood = "recovery", 1
    elif own and draw < 0.85 * now.launch:
        name, mood = "launch", 1
    elif brand == "Larkbasket" and draw < 0.8 * now.rival:
        name, mood = "rival", -1
    pen = pen_for(rng, lang, brand, NOTHING, setting.ago)
    title, text = writing.article(pen, name)
    paper, _ = author(rng, setting.seed, Form.ARTICLE, lang)
    seen = Observation(
        setting.outlet.place,
        native_id,
        Kind.ARTICLE,
        title=title,
        text=text,
        author=paper,
        url=_url(setting.outlet, native_id),
        published_at=setting.at,
        lang=lang,
        brand=brand,
    )
    return Mention(setting, seen, mood, name, "")


def answer(rng: Random, parent: Mention, setting: Setting, native_id: str) -> Mention:
    """Return a comment below a forum post or below another comment."""
    origin = parent.seen
    lang, brand = origin.lang or "en", origin.brand or "Pantrelo"
    if parent.mood == 0:
        mood = rng.choice((0, 0, 0, 1, -1))
    else:
        mood = rng.choice((parent.mood, parent.mood, 0, 0, -parent.mood))
    own = brand == "Pantrelo"
    keep = rng.random() < 0.7 and not (mood > 0 and parent.aspect in ("double", "thaw"))
    subject = _subject(rng, setting, own, mood > 0)
    if keep:
        same = (parent.aspect,)
        subject = Subject(parent.aspect, same + subject.praise, same + subject.blame)
    aspect = subject.aspect
    pen = pen_for(rng, lang, brand, subject, setting.ago)
    name, who = author(rng, setting.seed, Form.FORUM, lang)
    seen = Observation(
        origin.place,
        native_id,
        Kind.SOCIAL,
        text=writing.comment(pen, mood),
        author=name,
        url=_url(setting.outlet, native_id),
        published_at=setting.at,
        lang=lang,
        brand=brand,
        product=_product(Form.FORUM, brand, aspect),
        parent=origin.native_id,
    )
    return Mention(setting, seen, mood, aspect, who)
