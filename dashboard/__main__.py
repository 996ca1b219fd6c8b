"""``python -m dashboard`` is the twin of the ``earshot`` script."""

from dashboard.cli import main

main()
