"""The top layer: web pages, command line, reports and the wiring of the three leaves."""
