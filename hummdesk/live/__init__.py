"""Live updates: what is sent to the sockets of an account, and the groups they listen in."""
