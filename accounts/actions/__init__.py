"""What changes accounts and their members."""
