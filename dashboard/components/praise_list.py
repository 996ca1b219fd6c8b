"""Praise as a list: the best texts per topic and place, consents, and what is published."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from dashboard import data, markup, praise_page, praise_policy
from dashboard.components import frame, notices, session
from dashboard.data import At
from dashboard.reports import wording
from storage import praise
from storage.models import MentionFilter
from storage.people import Person, Role
from storage.praise import Consent, How, Praise, Shown, Step

LISTED = 10
BACK = timedelta(days=365)
_ALL = ""


def draw(at: At) -> None:
    """Draw what is published, then the best texts with what can be done about each."""
    frame.needs_actor()
    person = session.actor()
    _published(at)
    _policy()
    names = dict(data.choices(at).topics)
    left, right = st.columns(2)
    topic = left.selectbox(
        "About", [_ALL, *names], format_func=lambda key: names.get(key, "anything"), key="praise.t"
    )
    places = data.choices(at).places
    place = right.selectbox(
        "From", [_ALL, *places], format_func=lambda key: key or "anywhere", key="praise.p"
    )
    flt = MentionFilter(
        start=at.today - BACK,
        end=at.today,
        brands=data.own_brands(at),
        topics=(topic,) if topic else (),
        places=(place,) if place else (),
    )
    found = praise.chosen(at.db.reader(), data.praised(at, flt, LISTED), LISTED)
    if not found:
        notices.empty("No praise found", "Nobody praised this in a text of 30 to 600 characters.")
    known = praise.consents(at.db.reader(), [each.mention_id for each in found])
    for each in found:
        _card(at, each, known.get(each.mention_id), names, person)


def _published(at: At) -> None:
    up = praise_page.shown(at.db.reader())
    count = "1 text is" if len(up) == 1 else f"{len(up)} texts are"
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.html(markup.line(f"{count} on the page that anybody may see, at /public/praise."))
        st.download_button(
            "Page as a file",
            praise_page.current(at.db.reader()),
            "praise.html",
            "text/html",
            key="praise.page",
            on_click="ignore",
            help="A copy stays as it is: what is revoked, edited or erased later leaves"
            " /public/praise at once, but not your copy.",
        )


def _policy() -> None:
    with st.popover("Which sources allow it", type="tertiary"):
        st.html(
            markup.facts(
                [
                    (kind, f"{'with consent' if rule.allowed else 'not allowed'}: {rule.why}")
                    for kind, rule in praise_policy.POLICIES.items()
                ]
                + [("any other", f"not allowed: {praise_policy.UNKNOWN.why}")]
            )
        )


def _card(
    at: At, text: Praise, consent: Consent | None, names: dict[str, str], person: Person | None
) -> None:
    rule = praise_policy.of(text)
    with st.container(border=True):
        topics = ", ".join(names.get(each, each) for each in text.topics)
        about = f"{text.author or 'nobody named'} · {text.place} · {wording.day(text.day)}" + (
            f" · {topics}" if topics else ""
        )
        title = f'<div class="es-title">{markup.said(text.title)}</div>' if text.title else ""
        chip = markup.chip(_standing(text, consent, rule.allowed))
        st.html(
            f'<div class="es-row">{markup.stars(text.rating)}{chip}</div>{title}'
            f"{markup.quote(text.text)}{markup.line(about)}"
        )
        if not rule.allowed:
            st.html(markup.line(f"Not shown elsewhere: {rule.why}"))
            return
        if consent is not None:
            st.html(markup.line(_told(consent)))
        if person is not None and person.role is not Role.VIEWER:
            _steps(at, text, consent, person)


def _standing(text: Praise, consent: Consent | None, allowed: bool) -> str:
    if not allowed:
        return "stays here"
    if consent is None:
        return "nobody was asked"
    if consent.version != text.version:
        return "edited since: ask again"
    return "published" if consent.up else f"consent {consent.step.value}"


def _told(consent: Consent) -> str:
    day = f" on {wording.day(consent.asked_on)}" if consent.asked_on else ""
    scope = f"; {consent.scope}" if consent.scope else ""
    return f"{consent.step.value.capitalize()} {consent.how}{day}{scope} (noted by {consent.actor})"


def _steps(at: At, text: Praise, consent: Consent | None, person: Person) -> None:
    given = consent is not None and consent.step is Step.GIVEN and consent.version == text.version
    key = f"praise-{text.mention_id}"
    with st.container(horizontal=True):
        if given and consent is not None:
            down = consent.up
            st.button(
                "Take down" if down else "Publish",
                key=f"{key}-up",
                type="secondary" if down else "primary",
                on_click=_do,
                args=(text, Step.TAKEN_DOWN if down else Step.PUBLISHED, person),
            )
            st.button(
                "Consent revoked", key=f"{key}-no", on_click=_do, args=(text, Step.REVOKED, person)
            )
            return
        box = st.popover("Record an answer", key=f"{key}-box", on_change="rerun")
        if box.open:
            with box:
                st.selectbox("Asked", list(How), format_func=str, key=f"{key}-how")
                st.date_input("On", at.today, max_value=at.today, key=f"{key}-day")
                st.selectbox("May be shown", list(Shown), format_func=str, key=f"{key}-scope")
                for label, step in (
                    ("Agreed", Step.GIVEN),
                    ("Refused", Step.REFUSED),
                    ("No answer yet", Step.ASKED),
                ):
                    st.button(
                        label,
                        key=f"{key}-{step.value}",
                        on_click=_answered,
                        args=(text, step, person),
                    )


def _answered(text: Praise, step: Step, person: Person) -> None:
    state, key, space = st.session_state, f"praise-{text.mention_id}", session.workspace()
    with notices.explained(), space.db.write() as conn:
        praise.record(
            conn,
            text.mention_id,
            step,
            person,
            space.now(),
            version=text.version,
            how=state[f"{key}-how"],
            scope=state[f"{key}-scope"],
            asked_on=state[f"{key}-day"],
        )


def _do(text: Praise, step: Step, person: Person) -> None:
    space = session.workspace()
    with notices.explained(), space.db.write() as conn:
        if step is Step.PUBLISHED:
            praise_policy.require(praise.one(conn, text.mention_id))
        praise.record(conn, text.mention_id, step, person, space.now())
