"""What the inbox templates read: ready values, no queries, no models."""
