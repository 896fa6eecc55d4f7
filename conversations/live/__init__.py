"""Live updates of an account: one room per web process, in which its sockets stand."""
