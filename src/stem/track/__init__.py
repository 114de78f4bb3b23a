"""The story from what was asked to a finished track."""
