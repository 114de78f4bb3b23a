"""The file: encoders, formats, tags, captions, cover, stems, plots, the check before publishing."""
