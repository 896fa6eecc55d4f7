"""What is done to texts before a model reads them, and to what it answers. No rows, no network."""
