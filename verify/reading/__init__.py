"""Claims and their evidence for readers: report, formula book, derivations, notebooks, site."""
