"""Own recordings as a voice: reading sheets, cutting, cleaning, the engine that plays them."""
