"""Addresses to which nothing is sent."""

from collections.abc import Sequence

from email_channel.models import SuppressedAddress


def suppressions_of(addresses: Sequence[str]) -> dict[str, SuppressedAddress]:
    """Return the entries of the suppression list for these addresses, by address in lower case. One query."""
    wanted = [address.lower() for address in addresses]
    return {entry.address: entry for entry in SuppressedAddress.objects.filter(address__in=wanted)}
