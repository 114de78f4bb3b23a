"""A voice for stem: only files; nothing here is run."""
