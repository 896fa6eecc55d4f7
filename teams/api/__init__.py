"""The API of teams, agents and hours."""
