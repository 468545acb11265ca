"""A real Asterisk and real SIP phones, with their sound measured. Skips aloud where Asterisk cannot be installed."""
