"""The outside world: files, mail and clocks, each behind an interface with a null twin."""
