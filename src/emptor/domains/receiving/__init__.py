"""Taking in what was ordered."""
