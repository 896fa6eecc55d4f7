"""Teams, agents and hours as the API reads and shows them."""
