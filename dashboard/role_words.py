"""Roles in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from storage.people import Role

MEANINGS: Mapping[Role, str] = MappingProxyType(
    {
        Role.VIEWER: "looks",
        Role.AGENT: "answers cases",
        Role.LEAD: "answers, steers the queue, changes settings",
        Role.MANAGER: "reads the reports",
        Role.ADMIN: "may do everything",
    }
)
"""What somebody of a role does; the program's own role is none of a person."""
