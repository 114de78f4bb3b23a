"""How a track was made: its record, what changed since, whether a file is still as made."""
