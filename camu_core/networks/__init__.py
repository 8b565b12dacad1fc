"""Models, their training, and their weights on disk."""
