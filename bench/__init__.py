"""Measures the service against a floor, side by side in one run; see README.md."""
