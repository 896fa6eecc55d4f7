"""Pages of the automation rules."""
