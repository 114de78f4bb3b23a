"""For who has clients: lists, batches, letters and zip files, feeds, forgetting."""
