"""One module a command, and what commands share."""
