"""Erasing what somebody said: find, look at what would go, confirm, receipt."""

from __future__ import annotations

import streamlit as st

from dashboard import data, markup
from dashboard.components import notices, session, steering
from dashboard.data import At
from storage import listing, privacy
from storage.errors import InputError
from storage.people import Person
from storage.privacy import Receipt, Wanted

SHOWN = 20
_BY = {"author": "Author", "url": "Address", "mentions": "Number of a mention"}
_HELP = {
    "author": "Everything that was said under exactly this name.",
    "url": "The address where it can be read.",
    "mentions": "As it stands in the address of a mention's page.",
}


def erase(at: At) -> None:
    """Draw the search, what it found, and the button that erases exactly that."""
    st.header("Erase what somebody said", anchor=False)
    st.caption(
        "Words, author, address and replies go from every table and from the file's bytes, and the "
        "next poll does not bring them back. Figures stay. Backups and exports are yours to delete."
    )
    leader = steering.leader()
    if leader is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = st.segmented_control(
            "Find by", list(_BY), key="erase.by", default="author", required=True,
            format_func=lambda key: _BY[key],
        )  # fmt: skip
        value = st.text_input(_BY[by], key=f"erase.{by}", help=_HELP[by], max_chars=2000)
    if value.strip():
        _found(at, _wanted(by, value.strip()), leader)


def _wanted(by: str, value: str) -> Wanted:
    if by == "author":
        return Wanted(author=value)
    if by == "url":
        return Wanted(url=value)
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 20 else -1
    return Wanted(mentions=(number,))


def _found(at: At, wanted: Wanted, leader: Person) -> None:
    conn = at.db.reader()
    ids = tuple(privacy.find(conn, wanted))
    if not ids:
        notices.empty("Nothing stored matches", "What was erased before is gone for good.")
        return
    extent = privacy.extent(conn, ids)
    st.html(
        markup.line(
            f"Would go: {_counted(extent.mentions, 'mention')} with "
            f"{_counted(extent.versions, 'version')} and {_counted(extent.replies, 'answer')}, "
            f"and the words in {_counted(extent.cases, 'case')}."
        )
    )
    names = dict(data.choices(at).topics)
    for row in listing.rows(conn, list(ids[:SHOWN])):
        with st.container(border=True):
            st.html(markup.card(row, at.zone, names))
    if len(ids) > SHOWN:
        st.caption(f"… and {len(ids) - SHOWN:,} more")
    sure = st.checkbox("I have looked at them; this cannot be undone.", key=f"sure-{hash(ids)}")
    st.button(
        f"Erase {len(ids):,}",
        key=f"erase-{hash(ids)}",
        type="primary",
        disabled=not sure,
        on_click=_erase,
        args=(ids, wanted.chosen_by, leader),
    )


def _counted(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def _erase(ids: tuple[int, ...], by: str, leader: Person) -> None:
    space = session.workspace()
    with notices.explained():
        if not ids:
            raise InputError("nothing was chosen")
        privacy.erase(space.db, ids, by, leader, space.now())
        st.session_state[f"erase.{by}"] = ""


def receipts(at: At) -> None:
    """Draw the receipts of all erasures, newest first."""
    found = list(privacy.receipts(at.db.reader()))[::-1]
    st.header("Receipts", anchor=False)
    if not found:
        st.caption("Nothing was erased yet.")
        return
    if any(each.done_at is None for each in found):
        st.warning("An erasure is not finished: old bytes may still be in the file.")
        st.button("Finish it", key="erase.finish", on_click=_finish)
    st.dataframe([_row(at, each) for each in found], hide_index=True, alt="Receipts of erasures")


def _row(at: At, receipt: Receipt) -> dict[str, str | int]:
    return {
        "receipt": receipt.receipt,
        "when": markup.when(receipt.done_at, at.zone) if receipt.done_at else "not finished",
        "by": receipt.actor,
        "mentions": receipt.mentions,
        "versions": receipt.versions,
        "replies": receipt.replies,
        "cases": receipt.cases,
        "chosen by": _BY.get(receipt.chosen_by, receipt.chosen_by),
    }


def _finish() -> None:
    space = session.workspace()
    with notices.explained():
        privacy.finish(space.db, space.now())
