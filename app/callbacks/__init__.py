"""The rules of the promise: when somebody is called back, and what becomes of it. Pure."""
