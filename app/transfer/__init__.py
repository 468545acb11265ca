"""The rules of the warm transfer: consult, connect, come back. Pure."""
