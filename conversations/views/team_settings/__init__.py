"""Settings pages of teams, agents, skills and categories."""
