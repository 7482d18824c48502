"""The generated code against the closed forms: float64 results held against 50 digits, in units in the last place."""
