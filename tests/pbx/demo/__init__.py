"""`make demo-pbx`: a real Asterisk, real SIP phones and the real service play fifteen calls; what was heard is told."""
