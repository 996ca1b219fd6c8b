"""One command-line command a file; each is loaded only when it is called."""
