"""What is heard: clips, decoding, loudness, filters, mixing, backgrounds."""
