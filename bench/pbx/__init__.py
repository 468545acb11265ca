"""Calls through a real Asterisk, without sound: its own app_queue, the smallest ARI script and Warmlijn side by side.

Callers and phones are sipp. Everything is measured by Asterisk's own clock, by one onlooker that is the same for all.
"""
