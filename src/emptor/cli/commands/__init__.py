"""One module per command or group of commands: what is asked and how the answer looks."""
