"""Reading mail from strangers: bounded, linear in time, and free of Django so that it runs in a small child."""
