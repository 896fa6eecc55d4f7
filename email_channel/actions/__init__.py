"""What changes mail."""
