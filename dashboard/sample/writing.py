"""The composer: how a review, an answer, a post or a chat of the sample company is built.

Pure functions of a pen (which carries the chance, the language and the names) and of a
mood: −1 complaint, 0 mixed, 1 praise. Returned texts are finished, with the small flaws
of real writing where ``flaws`` puts them.
"""

from __future__ import annotations

from random import Random

from dashboard.sample.grammar import Pen, sentence_case, sentences, theme

_MOODS = {-1: "neg", 0: "mid", 1: "pos"}
_MARKS = {"es": "¿{}?", "fr": "{} ?"}


def _opinion(pen: Pen, mood: int, place: int = 0) -> str:
    """Return one or two clauses, from the topics at that place on."""
    if mood > 0:
        text = pen.clause("pos", place)
        if pen.chance(0.5):
            text = pen.joined("and", text, pen.clause("pos", place + 1))
        return text
    if mood == 0:
        sort = "neg" if pen.chance(0.6) else "plain"
        way = "but" if sort == "neg" else "but_then"
        return pen.joined(way, pen.clause("pos", place), pen.clause(sort, place))
    first = "neg" if pen.chance(0.68) else "plain"
    text = pen.clause(first, place)
    if pen.chance(0.55):
        other = "neg" if pen.chance(0.7) else "plain"
        way = "and" if first == other == "neg" else "then"
        return pen.joined(way, text, pen.clause(other, place + 1))
    return text


def _pair(pen: Pen, mood: int) -> str:
    return pen.frame(("pair_neg", "pair_mixed", "pair_pos")[mood + 1])


def _short(pen: Pen, mood: int) -> str:
    name = _MOODS[mood]
    text = pen.frame(f"short_{name}")
    if pen.chance(0.7):
        text = f"{text}, {pen.clause('bad' if mood < 0 else 'good')}"
    return text


def review(pen: Pen, mood: int) -> str:
    """Return the text of a review: from two words to a paragraph."""
    name, draw = _MOODS[mood], pen.rng.random()
    if draw < 0.15:
        return flaws(pen, _short(pen, mood), mood)
    if draw < 0.27:
        return flaws(pen, _pair(pen, mood), mood)
    if mood < 0 and draw < 0.30:
        return flaws(pen, pen.frame("sarcasm"), mood)
    parts = [pen.frame(f"open_{name}")] if pen.chance(0.5) else []
    if pen.chance(0.12):
        parts.append(f"{pen.frame('slang_open')} {_opinion(pen, mood)}")
    else:
        parts.append(_opinion(pen, mood))
    if pen.chance(0.22):
        parts.append(pen.frame("aside"))
    if draw > 0.72:
        parts.append(_opinion(pen, mood, 1))
    if draw > 0.92:
        parts.append(_opinion(pen, mood, 2))
    if pen.chance(0.38):
        parts.append(pen.frame(f"close_{name}"))
    return flaws(pen, sentences(parts), mood)


def title(pen: Pen, mood: int) -> str:
    """Return the headline of a review."""
    if pen.chance(0.4):
        return sentence_case(pen.clause("bad" if mood < 0 else "good"))
    return pen.frame(f"title_{_MOODS[mood]}")


def recommendation(pen: Pen, mood: int) -> str:
    """Return the reason that somebody gives beside an NPS score."""
    parts = [pen.frame(f"why_{_MOODS[mood]}")]
    if pen.chance(0.3):
        parts.append(pen.frame(f"close_{_MOODS[mood]}"))
    elif pen.chance(0.2):
        parts.append(pen.frame("aside"))
    return flaws(pen, sentences(parts), mood, emoji=0.04)


def verdict(pen: Pen, mood: int) -> str:
    """Return the comment on a closed support ticket."""
    if mood == 0:
        return recommendation(pen, 0)
    parts = [pen.frame("solved_pos" if mood > 0 else "solved_neg")]
    if pen.chance(0.45):
        parts.append(pen.clause(_MOODS[mood]))
    elif pen.chance(0.2):
        parts.append(pen.frame("aside"))
    return flaws(pen, sentences(parts), mood, emoji=0.04)


def effort(pen: Pen, mood: int) -> str:
    """Return the comment on how easy something was."""
    parts = [pen.frame("effort_easy" if mood > 0 else "effort_hard")]
    if pen.chance(0.5):
        parts.append(pen.clause("pos" if mood > 0 else "plain"))
    return flaws(pen, sentences(parts), mood, emoji=0.03)


def micro(pen: Pen, mood: int) -> str:
    """Return a short public post with handles and tags."""
    if mood < 0 and pen.chance(0.07):
        text = pen.frame("sarcasm")
    else:
        text = pen.frame(f"micro_{_MOODS[mood]}")
        if mood and pen.chance(0.2):
            text = sentences([text, pen.clause(_MOODS[mood], 1)])
        elif pen.chance(0.4):
            text = sentences([text, pen.frame("micro_tail")])
    return flaws(pen, sentence_case(text), mood, emoji=0.22)


def post(pen: Pen, mood: int) -> tuple[str, str]:
    """Return headline and text of a forum post."""
    name = _MOODS[mood]
    headline = sentence_case(pen.frame(f"post_title_{name}"))
    if mood == 0:
        parts = [pen.frame("chatter")]
    else:
        parts = [pen.frame("aside"), _opinion(pen, mood)]
        if pen.chance(0.5):
            parts.append(pen.clause("pos" if mood > 0 else "plain", 1))
        if mood < 0 and pen.chance(0.6):
            parts.append(_MARKS.get(pen.words.lang, "{}?").format(pen.value("ask")))
    return headline, flaws(pen, sentences(parts), mood, emoji=0.04)


def comment(pen: Pen, mood: int) -> str:
    """Return an answer below a forum post."""
    draw = pen.rng.random()
    if mood > 0:
        name = "answer_counter"
    elif mood < 0:
        name = "answer_agree"
    else:
        name = "answer_help" if draw < 0.6 else "answer_mid"
    parts = [pen.frame(name)]
    if mood and draw < 0.25:
        parts.append(pen.frame(f"close_{_MOODS[mood]}"))
    elif not mood and draw < 0.75:
        parts.append(pen.frame("answer_more"))
    elif draw > 0.85:
        parts.append(pen.frame("aside"))
    return flaws(pen, sentences(parts), mood, emoji=0.06)


def article(pen: Pen, name: str) -> tuple[str, str]:
    """Return headline and text of an article on a theme."""
    found = theme(pen.words.lang, name)
    parts = [pen.pick(found.body), pen.pick(found.intro)]
    for _ in range(1 + int(pen.rng.random() * 3)):
        parts.append(pen.pick(found.body))
    if pen.chance(0.7):
        parts.append(pen.pick(found.close))
    unique = dict.fromkeys(parts)
    return sentence_case(pen.pick(found.title)), " ".join(unique)


def chat(pen: Pen, good: bool) -> tuple[str, str, str, str]:
    """Return a conversation in four turns: customer, customer, agent, customer."""
    start = sentences([pen.frame("chat_start")])
    more = sentences([pen.frame("chat_more")])
    answer = pen.frame("agent_pos" if good else "agent_neg")
    end = sentences([pen.frame("chat_end_pos" if good else "chat_end_neg")])
    return start, more, answer, end


def reply(pen: Pen, mood: int, asked: bool) -> str:
    """Return the owner's reply to a text of that mood on the pen's topic."""
    if mood > 0:
        return pen.frame("reply_pos")
    if mood == 0:
        return pen.frame("reply_ask" if asked else "reply_mid")
    return pen.frame("reply_double" if pen.aspect == "double" else "reply_neg")


def edited(pen: Pen, text: str, better: bool) -> str:
    """Return a text as its author left it after a second thought."""
    ending = sentences([pen.frame("edit_up" if better else "edit_down")])
    start = text if text[-1:] in ".!?…" else f"{text}."
    return f"{start} {ending}" if text else ending


def flaws(pen: Pen, text: str, mood: int, emoji: float = 0.11) -> str:
    """Return the text as people type it: lower case, typos, emoji, missing full stops."""
    draw = pen.rng.random
    text = sentence_case(text)
    if draw() < 0.08:
        text = _mistyped(pen.rng, text)
    habit = draw()
    if habit < 0.09:
        text = text.lower()
    elif habit < 0.11 and mood < 0 and len(text) < 90:
        text = text.upper()
    ending = draw()
    if text[-1] == "." and ending < 0.2:
        text = text[:-1]
    elif text[-1] == "." and mood and ending < 0.42:
        text = text[:-1] + ("!" if ending < 0.36 else "!!")
    if draw() < emoji:
        text = f"{text} {pen.frame(f'emoji_{_MOODS[mood]}')}"
    return text


def _mistyped(rng: Random, text: str) -> str:
    """Swap, drop or double one letter inside a longer lower-case word."""
    pieces = text.split(" ")
    place = int(rng.random() * len(pieces))
    word = pieces[place]
    if len(word) < 5 or not word.isalpha() or not word.islower():
        return text
    at = 1 + int(rng.random() * (len(word) - 3))
    way = rng.random()
    if way < 0.5:
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    elif way < 0.8:
        word = word[:at] + word[at + 1 :]
    else:
        word = word[: at + 1] + word[at:]
    pieces[place] = word
    return " ".join(pieces)
