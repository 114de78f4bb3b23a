"""For who writes: import, lint, check, print-outs."""
