"""The rules until somebody answers: welcome, topics, routing, waiting, ringing. Pure."""
