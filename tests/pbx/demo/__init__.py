"""`make demo-pbx`: a real Asterisk, real SIP phones and the real service play fourteen calls; the phones tell."""
