"""What went wrong or well, in words; details may hold text from outside and stay inert."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard import markup
from dashboard.components.links import Next
from storage.errors import CollectError, Conflict, EarshotError

_PENDING = "notice"


def problem(title: str, detail: str) -> None:
    """Show that something did not work; ``title`` is ours, ``detail`` may be anybody's."""
    with st.container(border=True):
        st.markdown(f":red[**{title}**]")
        st.html(markup.line(detail))


def empty(title: str, why: str, then: Next | None = None) -> None:
    """Show that there is nothing, why, and what to click next; all of it is ours."""
    with st.container(border=True):
        st.markdown(f"**{title}**")
        st.caption(why)
        if then is not None:
            st.page_link(then.page, label=then.label, query_params=then.query)


@contextmanager
def explained() -> Iterator[None]:
    """Turn a refusal into words that the next run of the page shows."""
    try:
        yield
    except Conflict as error:
        later("Somebody was faster, so nothing was changed.", str(error))
    except CollectError as error:
        later("The source could not be read.", str(error))
    except EarshotError as error:
        later("That did not work.", str(error))


def later(title: str, detail: str) -> None:
    """Keep a problem for the next run: what a callback draws would be wiped."""
    st.session_state[_PENDING] = (title, detail)


def pending() -> None:
    """Show what a callback had to say, once."""
    kept = st.session_state.pop(_PENDING, None)
    if kept is not None:
        problem(*kept)
