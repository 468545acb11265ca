"""Warmlijn: telephone reception for Dutch municipalities."""
