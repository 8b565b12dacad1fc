"""From figures to sentences: all that is said about a run, by rules."""
