"""The servers and processes of one machine: PostgreSQL, Redis (Valkey) and HummDesk itself, with no system service.

Nothing here imports Django, so that it starts at once. `up` runs the product, `run` one command beside its servers.
"""
