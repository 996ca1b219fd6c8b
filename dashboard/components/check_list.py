"""Random texts to be read blind, what they say of the models, and odd pairs of marks."""

from __future__ import annotations

import streamlit as st

from dashboard import check_words, checking, data, markup
from dashboard.components import frame, links, notices, session
from dashboard.data import At, Axis
from storage import checks
from storage.models import Label, MentionFilter
from storage.people import Person

_BUTTONS = {
    Label.NEGATIVE: "Negative",
    Label.NEUTRAL: "Neutral",
    Label.POSITIVE: "Positive",
    Label.UNSURE: "Cannot be told",
}
_ODD = 5
_MOST = 200


def short(at: At, flt: MentionFilter, axis: Axis) -> None:
    """Say below a trend how far its correction has come, with a way to help."""
    found = checking.correction(at, flt, axis)
    if found is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(check_words.short(found), width="stretch")
        st.page_link(links.CHECKS, label="Check the scores →")


def task(at: At) -> None:
    """Show one text to be labelled; nothing of what was said of it."""
    st.caption(check_words.WHY)
    person = session.actor()
    if person is None:
        frame.needs_actor()
        return
    conn = at.db.reader()
    found = checks.next_task(conn, person)
    if found is None:
        _none(at, person)
        return
    done = checks.progress(conn)
    with st.container(border=True):
        st.html(markup.line(f"{found.kind.value} · what does the writer feel about it?"))
        st.html(markup.quote(found.text))
        with st.container(horizontal=True):
            for label, words in _BUTTONS.items():
                st.button(
                    words,
                    key=f"check-{found.id}-{label.value}",
                    on_click=_answer,
                    args=(found.id, label, person),
                )
        waiting = checks.waiting(conn, person)
        st.caption(
            f"{done.answered:,} of the {done.texts:,} last drawn are read; "
            f"{waiting:,} wait for you."
        )


def _none(at: At, person: Person) -> None:
    if checks.last_drawn(at.db.reader()) is None:
        notices.empty("Nothing is drawn yet", "Texts are drawn at the end of each week.")
    else:
        notices.empty("Nothing to check", "The next texts are drawn at the end of the week.")
    st.button(
        f"Draw {checking.A_WEEK} from the last {checking.WEEKS_BACK} weeks",
        key="checks.draw",
        on_click=_draw,
        args=(person,),
    )


def standing(at: At) -> None:
    """Say what was measured of each model, and how far people agree."""
    known = checking.errors(at, MentionFilter())
    if known:
        st.header("What the checks say", anchor=False)
        st.html(markup.facts([(name, check_words.model(each)) for name, each in known.items()]))
        st.html(markup.line(check_words.people(checking.agreement(at))))
    person = session.actor()
    if person is not None and person.leads:
        now = checking.a_week(at.db.reader())
        st.number_input(
            "Texts drawn a week",
            0,
            _MOST,
            now,
            10,
            key="checks.a_week",
            on_change=_set_a_week,
            width=200,
            help="0 draws none.",
        )


def disagreeing(at: At) -> None:
    """List the newest mentions whose stars say the opposite of their text."""
    flt = MentionFilter(disagrees=True)
    total = data.count(at, flt)
    st.header("Stars and text disagree", anchor=False)
    if not total:
        st.caption("No mention gives stars that say the opposite of its text.")
        return
    names = dict(data.choices(at).topics)
    for row in data.mentions(at, flt, None, _ODD):
        with st.container(border=True, gap="small"):
            st.html(markup.card(row, at.zone, names))
            st.page_link(links.MENTIONS, label="Read →", query_params={"mention": str(row.id)})
    links.mentions(f"All {total:,} →", flt)


def _answer(task_id: int, label: Label, person: Person) -> None:
    space = session.workspace()
    with notices.explained():
        checks.answer(space.db, task_id, label, person, space.now())


def _draw(person: Person) -> None:
    with notices.explained():
        if not checking.draw_more(session.workspace(), checking.A_WEEK, person):
            st.toast("There is no text of the last weeks that only the model labels.")


def _set_a_week() -> None:
    with notices.explained():
        checking.set_a_week(session.workspace(), int(st.session_state["checks.a_week"]))
