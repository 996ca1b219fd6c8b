"""Tables of feedback from outside: from the bytes of a file to observations."""
