"""Three steps to begin with on each page; shown until somebody has read them. Pure words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Steps = tuple[str, str, str]

HINTS: Mapping[str, Steps] = MappingProxyType(
    {
        "": (
            "The first line says what happened since you looked last; each part opens it.",
            "Choose a period or filters: the address is the view, send it to anybody.",
            "Every number and every bar opens exactly the mentions that it counts.",
        ),
        "topics": (
            "Order the topics by how negative they are, or by what changed.",
            "A coloured change is more than chance; grey ones may be noise.",
            "“What is said” shows the newest words of both sides.",
        ),
        "parts": (
            "Switch between products and places.",
            "Grey stars rest on few ratings and are drawn towards the group.",
            "“Unanswered” opens the negatives that nobody answered yet.",
        ),
        "outbox": (
            "What could not be sent stands first, with the reason.",
            "“Send it again” keeps its id: whoever got it already can tell.",
            "Notices, mails and replies leave by themselves; nothing needs to be done here.",
        ),
        "actions": (
            "Register what you change before you look at its result; what judges it then stays.",
            "Say when it took effect: the weeks after it are held against those before.",
            "“Works” takes out what changed elsewhere, too; a card tells your customers.",
        ),
        "praise": (
            "Choose a topic and a place: the clearest praise stands first.",
            "Ask its writer, and record how, when and what may be shown.",
            "Publish where the source allows it; a revoked or edited text leaves at once.",
        ),
        "alerts": (
            "Each alert names what is unusual, compared with the same weekday's own past.",
            "Open its mentions to see the cause.",
            "Acknowledge what you look after; snooze what can wait.",
        ),
        "lookalikes": (
            "Bursts of nearly equal texts by several authors stand here.",
            "Look at the evidence; somebody decides, nothing is hidden unasked.",
            "What you exclude no longer counts, and can be taken back.",
        ),
        "competitors": (
            "Brands compare only on sites that were read alike for all of them.",
            "A click on a bar opens a brand's mentions.",
            "Below stands what was left out, and why.",
        ),
        "queue": (
            "Choose your name under “Working as”.",
            "Take the next case: nobody else can answer it meanwhile.",
            "Write, send or record the reply, and say what caused it.",
        ),
        "mentions": (
            "Search words, or filter by source, topic, label, place and more.",
            "“Read” shows the whole text with the words that decided its label.",
            "Download exactly what is listed as CSV or XLSX.",
        ),
        "people": (
            "Type the beginning of a name as the site shows it.",
            "Open somebody to read all that they said there.",
            "The same name on another site is suggested, never merged.",
        ),
        "reports": (
            "Choose a week or a month; the last complete one stands first.",
            "Read it here: it is the page that is sent. Download it, or send it to somebody.",
            "Let it be mailed by itself, to people without an account.",
        ),
        "sources": (
            "Paste a link or drop a file: it is tested before it is kept.",
            "Failing sources stand first, with the reason in plain words.",
            "“Collect now” reads one at once; you may leave the page meanwhile.",
        ),
        "team": (
            "Add everybody who works here, with what they may do.",
            "Say which languages and places each one looks after.",
            "Without sign-in roles guide, they do not lock.",
        ),
        "brands": (
            "Say which brands are yours, with the words that name them.",
            "Add competitors: their mentions are kept apart.",
            "Names are masked before scoring, so that they move no sentiment.",
        ),
        "rules": (
            "Rules say which mentions open a case, and how urgent it is.",
            "A preview shows what a change would have opened in 14 days.",
            "A change can be undone; cases that are open stay.",
        ),
        "workload": (
            "See who has how much, and how long answers take.",
            "Look for what flatters the clock: stopped clocks, closings without an answer.",
            "The cases themselves are on the page Queue.",
        ),
        "models": (
            "Your own stars and corrections teach models.",
            "One counts only where it is better by more than chance.",
            "What was scored before keeps its score.",
        ),
        "templates": (
            "A template begins an answer; a person finishes it.",
            "{name}, {topic} and others fill themselves; any other {word} has to be filled.",
            "Questions that no template answers stand here, too.",
        ),
        "promises": (
            "Say by when answers are due; the promise with most conditions counts.",
            "Say in which business hours the clock runs.",
            "Say whose answers wait for a lead's approval.",
        ),
        "targets": (
            "Give a figure a value, a day and somebody who answers for it.",
            "“Too early to tell” is an answer: the range still holds both ends.",
            "Overview draws the line, and the weekly summary says how it stands.",
        ),
        "customers": (
            "A customer is matched by its key with the name that a site shows, exactly.",
            "Tiers and further columns can be asked for by rules, promises and lists.",
            "An owner gets all new messages of that customer.",
        ),
        "privacy": (
            "Look first: a dry run says what an erasure would take away.",
            "Erase: texts go, figures stay, and a receipt says so.",
            "Leave the sample company here when you have seen enough.",
        ),
    }
)
"""By the page's path; pages that are a step by step themselves have none."""
