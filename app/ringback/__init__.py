"""The rules of ringing a caller back. Pure."""
