"""Looking for what is out of the ordinary: which alerts open, last and end, and why."""
