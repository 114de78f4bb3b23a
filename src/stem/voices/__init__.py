"""Who says it: voice templates, engines, speakers, takes, own recordings."""
