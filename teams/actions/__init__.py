"""What changes teams and agents."""
