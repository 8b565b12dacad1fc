"""One run: executed, as a result, and kept."""
