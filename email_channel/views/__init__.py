"""Pages of the mail catcher."""
