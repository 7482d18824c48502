"""From expressions to NumPy and JavaScript."""
