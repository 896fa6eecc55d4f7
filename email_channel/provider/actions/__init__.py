"""What changes the provider's rows."""
