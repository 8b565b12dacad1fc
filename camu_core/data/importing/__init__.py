"""Images of a user's own: read from a folder or a zip, looked at, kept."""
