"""The notebooks: scripts whose cells are prose, code and claims, written and executed as docs/notebooks/*.ipynb."""
