"""`make demo-pbx`: a real Asterisk, real SIP phones and the real service play twenty-seven calls; the phones tell."""
