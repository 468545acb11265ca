"""The one door and the one transaction: what arrives is decided in batches, saved, and only then answered.

`engine` takes arrivals in and runs batches; `batch` is one transaction; `scene` is a centre as the events of a batch
see it; `policies` keeps the compiled policies; `replay` folds the log again and compares.
"""
