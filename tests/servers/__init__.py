"""Servers on loopback that speak a provider's protocol, so that the real SDK runs in tests."""
