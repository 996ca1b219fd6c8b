"""Which language a text is in, and whether an English lexicon may read it.

"Don't know" is an answer: a false guess would drop an English review from the figures
or count a German one as neutral. Clear English is told by its function words alone;
everything else goes to py3langid's model, restricted to languages that customers are
likely to write in (with all 140 of them, short German becomes Luxembourgish), which is
loaded when it is first needed (about a second, 100 MB). What the source declares is a
hint only: it is the language of the device or the account, not of the text.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

VERSION = 2
LOOKED_AT = 400
"""Code points that are looked at: more cost time and change no answer."""
SURE = 0.5
SURE_ENGLISH = 0.4
HINT = 5.0
PLAUSIBLE = 0.2
KEPT_RUNS = 50_000
LONGEST_KEPT = 48


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LANGUAGES = sorted(
    _words(
        "am ar as az be bg bn bs ca cs da de el en es et fa fi fr gu he hi hr hu hy id is it ja ka "
        "kk km kn ko ky lo lt lv mk ml mn mr ms my ne nl no or pa pl ps pt ro ru si sk sl sq sr sv "
        "sw ta te tg th tl tr uk ur vi zh"
    )
)
ENGLISH = _words(
    "the and this that with you your have it my for are not were they their there from would "
    "could should which what when where who why how been because very but our just never always "
    "only than then them these those i'm it's don't can't didn't i've get got about after before "
    "again any will can did does of is was to i on at us she said him his isn't wasn't doesn't "
    "won't couldn't wouldn't aren't haven't hasn't we're you're they're i'll i'd that's there's "
    "what's something anything everything nothing someone anyone everyone nobody still every "
    "while until without through please thanks thank good great nice friendly helpful "
    "terrible horrible awful worst wonderful amazing people woman asked told waiting waited "
    "flight booked ordered delivered arrived cancelled customer yesterday today tomorrow week "
    "weeks months hours minutes money a we he had her am so off did has do does down if "
    "women men husband wife couple nurse doctor driver waiter guide cook owner neighbour "
    "neighbours neighbor neighbors colleague colleagues family mother father daughter children "
    "came went met paid gave took made saw left danced sat stayed served smiled opened closed "
    "work works worked working house door street city breakfast dinner lunch bags seat plane "
    "airport desk staff manager food another both two three four five six seven eight nine first "
    "second next old new young little more most some many much here "
    "man son room water friend friends phone one ten"
)
FOREIGN = _words(
    "der die das und ist nicht ein eine ich sie mit auf für sehr wir aber auch nur war zu von den "
    "le la les et est pas une des je très pour que qui dans mais avec du au de il en sur ne "
    "el los las y es un una muy por con pero no lo se del mi al para me "
    "het een niet ik van maar dat ook og ikke det er jeg til av che di non per sono è e o não "
    "uma com mas os as do da na i nie to się jest w z yang dan di ini itu tidak nya saya och "
    "inte är jag som på att ang sa ko ng"
) - {"i", "to", "as", "no", "do", "me", "die", "war", "on", "at", "is"}
# Words of ENGLISH that are words of its neighbours too; alone they prove nothing.
SHARED = _words(
    "of is was to i on at have for my can will a we he had her am so off do down terrible horrible "
    "nice has if week man son room water friend friends phone one ten more here"
)
_NAMES = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_LETTER = re.compile(r"[^\W\d_]")


class _Runs(dict[str, tuple[str, ...]]):
    """Run of letters as it stands in the text → its words in lower case."""

    __slots__ = ()

    def __missing__(self, run: str) -> tuple[str, ...]:
        words = tuple(_WORD.findall(run.lower()))
        if len(run) <= LONGEST_KEPT:
            if len(self) >= KEPT_RUNS:
                self.clear()
            self[run] = words
        return words


_RUNS = _Runs()


class Guess(NamedTuple):
    """The language (ISO 639-1, None if unknown), and whether to read it as English."""

    lang: str | None
    english: bool


def declared(lang: str | None) -> str | None:
    """Return the ISO 639-1 code of what a source declares ("en-US", "de_AT"), if it is one."""
    code = re.split(r"[-_]", (lang or "").strip().lower(), maxsplit=1)[0]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


def detect(text: str, hint: str | None = None) -> Guess:
    """Return the language of a text; ``hint`` is what the source declares."""
    sample = text[:LOOKED_AT]
    if _plainly_english(sample):
        return Guess("en", True)
    sample = _NAMES.sub(" ", sample)
    hint = declared(hint)
    if not _LETTER.search(sample):
        return Guess(None, hint in (None, "en"))
    chances = _chances(sample)
    if hint in chances:
        chances[hint] *= HINT
    total = sum(chances.values())
    lang = max(chances, key=chances.__getitem__)
    chance = chances[lang] / total
    if chance >= SURE or (lang == "en" and chance >= SURE_ENGLISH):
        return Guess(lang, lang == "en")
    if hint:
        return Guess(hint, hint == "en")
    return Guess(None, chances["en"] >= PLAUSIBLE * chances[lang])


def _plainly_english(sample: str) -> bool:
    """Tell whether English function words alone decide, so that no model is needed."""
    if "@" in sample or "#" in sample or "://" in sample or "www." in sample:
        sample = _NAMES.sub(" ", sample)
    words = frozenset().union(*map(_RUNS.__getitem__, sample.split()))
    own = words & ENGLISH
    if len(own) < max(2, len(words) // 12):
        return False
    if not own - SHARED and 2 * len(own) < len(words):
        return False
    return len(own) > 2 * len(words & FOREIGN)


def _chances(sample: str) -> dict[str, float]:
    return dict(_identifier().rank(sample))


@cache
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
