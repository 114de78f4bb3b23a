"""stem turns written guided visualizations into finished audio tracks in Dutch."""

__version__ = "0.1.0"
