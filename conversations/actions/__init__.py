"""What changes conversations."""
