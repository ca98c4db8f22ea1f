"""JSON for programs: from bytes to a handler and back, the same way for every request."""
