"""Steps between colleagues on the command line, beside those of ``earshot cases`` itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dashboard.commands.cases import Ask, acting, command

if TYPE_CHECKING:
    from storage.case_model import AnyCommand

__all__ = ["command"]


@acting
@click.option("--text", default="", help="What the lead should look at.")
def ask_approval(ask: Ask, text: str) -> AnyCommand:
    """Ask a lead to approve the draft."""
    from storage.case_model import AskApproval

    return AskApproval(**ask.seen, text=text)


@acting
def approve(ask: Ask) -> AnyCommand:
    """Let the draft go out as it stands (leads)."""
    from storage.case_model import Approve

    return Approve(**ask.seen)


@acting
@click.option("--note", required=True, help="What should change.")
def send_back(ask: Ask, note: str) -> AnyCommand:
    """Give the draft back with a note (leads)."""
    from storage.case_model import SendBack

    return SendBack(**ask.seen, note=note)


@acting
@click.option("--reason", required=True, help="Why the clock stops.")
def pause(ask: Ask, reason: str) -> AnyCommand:
    """Stop the clock."""
    from storage.case_model import Pause

    return Pause(**ask.seen, reason=reason)


@acting
def resume(ask: Ask) -> AnyCommand:
    """Let the clock run on."""
    from storage.case_model import Resume

    return Resume(**ask.seen)


@acting
@click.option("--tag", "tags", multiple=True, help="A tag; repeat for several, none removes all.")
def tag(ask: Ask, tags: tuple[str, ...]) -> AnyCommand:
    """Set the tags of a case."""
    from storage.case_model import Tag

    return Tag(**ask.seen, tags=tags)


@acting
@click.option("--url", required=True, help="The ticket's address.")
@click.option("--owner", default="", help="Who has it there.")
@click.option("--until", default="", help="Until when, like snooze.")
def hand_off(ask: Ask, url: str, owner: str, until: str) -> AnyCommand:
    """Record that it is worked on in another system."""
    from storage.case_model import HandOff

    due = ask.until(until) if until else None
    return HandOff(**ask.seen, url=url, owner=owner, due_at=due)


@acting
@click.option("--into", required=True, type=int, metavar="ID", help="The case that stays.")
def merge(ask: Ask, into: int) -> AnyCommand:
    """Close a case because another one is about the same."""
    from storage.case_model import Merge

    return Merge(**ask.seen, into=into)
