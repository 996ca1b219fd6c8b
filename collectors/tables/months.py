"""Names of months and of time zones as dates are written in files (en, de, fr, es)."""

from __future__ import annotations

_MONTHS = (
    "january jan januar janvier janv enero ene janner",
    "february feb februar fevrier fevr febrero",
    "march mar marz maerz mars marzo mrz",
    "april apr avril avr abril abr",
    "may mai mayo",
    "june jun juni juin junio",
    "july jul juli juillet juil julio",
    "august aug aout agosto ago",
    "september sep sept septembre septiembre set",
    "october oct okt oktober octobre octubre",
    "november nov novembre noviembre",
    "december dec dez dezember decembre diciembre dic",
)
MONTHS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}

ZONES = {
    name: hours * 60
    for name, hours in {
        "z": 0, "utc": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7,
        "mdt": -6, "pst": -8, "pdt": -7, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "bst": 1,
    }.items()
}  # fmt: skip
"""Minutes east of Greenwich; names that mean several zones (IST) are not read."""
