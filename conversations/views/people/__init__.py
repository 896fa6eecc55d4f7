"""Pages of customers and companies."""
