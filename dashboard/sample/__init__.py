"""The sample company: seeded, every text composed here."""
