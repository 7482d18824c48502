"""Does the world agree: every method that can check a claim, the suite that runs them, and the command line."""

from verify.extensions import serve

serve()
