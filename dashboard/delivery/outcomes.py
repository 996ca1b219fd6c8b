"""How an attempt to send something ends, where it did not arrive for sure."""

from __future__ import annotations

from storage.errors import EarshotError


class Held(EarshotError):
    """Nothing left; it may work later."""


class Unclear(EarshotError):
    """It may have left; another attempt carries the same key and is marked."""


class Dead(EarshotError):
    """Nothing left and nothing will, until somebody mends what the message says."""
