"""Figures for Prometheus: counted after each commit from what was decided, and asked for when somebody looks."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from app.call.decision import OfferMade, TransferMade, Warned
from app.engine.arrivals import Committed

RINGS = (0, 1, 2, 3, 4, 5)
TOGETHER = (1, 2, 4, 8, 16, 32, 64, 128)
FAST = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
SIGN = "Since this process last told Asterisk that it lives; above five the front office rings by the dialplan."


class Metrics:
    """One registry per service; `committed` listens to the engine, the rest is told by whoever knows."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        # what was decided
        self.events = self._counter("events", "Events decided and saved.", "type")
        self.calls = self._counter("calls_started", "Calls that came in.", "centre")
        self.phases = self._counter("phases_entered", "Phases that calls entered.", "phase")
        self.rings = self._histogram("rings", "Rings of each phone that was rung.", RINGS, "role")
        self.offers = self._counter("offers", "Phones rung, by outcome.", "role", "outcome")
        self.transfers = self._counter("transfers", "Transfers, by outcome.", "outcome")
        self.warnings = self._counter("warnings", "What the supervisor was warned of.", "centre", "kind")
        # how fast
        self.batch = self._histogram("batch_events", "Events saved together.", TOGETHER)
        self.commit = self._histogram("commit_seconds", "Time of one transaction.", FAST)
        self.webhooks = self._histogram("webhook_seconds", "Time of one webhook.", FAST, "provider", "status")
        self.late = self._histogram("timer_late_seconds", "Between due and saved, per timer.", FAST)
        # looking a label up each time would cost as much as counting
        self._event, self._phase = cache(self.events.labels), cache(self.phases.labels)
        self._webhook = cache(self.webhooks.labels)
        # how it is now
        self.outbox_age = self._gauge("outbox_age_seconds", "Age of the oldest command not known to be done.")
        self.waiting = self._gauge("callers_waiting", "Callers who wait.", "centre")
        self.live = self._gauge("calls_live", "Calls with a line that may be up.", "centre")
        self.quarantine = self._gauge("quarantine", "Events set apart.", "centre")
        self.link = self._gauge("switch_link", "1 while this process holds the link with Asterisk.", "centre")
        self.sign = self._gauge("switch_sign_age_seconds", SIGN, "centre")
        self.callbacks = self._gauge("callbacks", "Promises: open, and open past their day.", "centre", "state")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"warmlijn_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"warmlijn_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"warmlijn_{name}", text, labels, buckets=buckets, registry=self.registry)

    def committed(self, committed: Committed) -> None:
        """A listener of the engine."""
        self.batch.observe(committed.arrivals)
        self.commit.observe(committed.seconds)
        types = Tally(type(step.event).__name__ for step in committed.steps)
        phases: Tally[str] = Tally()
        for step in committed.steps:
            after = step.decision.call
            if after is not None and (step.before is None or type(step.before.phase) is not type(after.phase)):
                phases[type(after.phase).__name__] += 1
                if step.before is None:
                    self.calls.labels(step.centre).inc()
            for record in step.decision.records:
                if isinstance(record, OfferMade):
                    self.offers.labels(record.role, record.outcome).inc()
                    self.rings.labels(record.role).observe(record.rings)
                elif isinstance(record, TransferMade):
                    self.transfers.labels(record.outcome).inc()
                elif isinstance(record, Warned):
                    self.warnings.labels(step.centre, record.kind).inc()
        for counter, counted in ((self._event, types), (self._phase, phases)):
            for kind, number in counted.items():
                counter(kind).inc(number)

    def webhook(self, provider: str, seconds: float, status: int) -> None:
        """One webhook."""
        self._webhook(provider, status).observe(seconds)

    def looked(self, rows: Iterable[tuple[str, str, float]]) -> None:
        """What stands in the database now: `(figure, centre, value)`."""
        for figure, centre, value in rows:
            match figure:
                case "live":
                    self.live.labels(centre).set(value)
                case "waiting":
                    self.waiting.labels(centre).set(value)
                case "quarantine":
                    self.quarantine.labels(centre).set(value)
                case _:
                    self.callbacks.labels(centre, figure).set(value)

    def text(self) -> bytes:
        """All figures in Prometheus' own format."""
        return generate_latest(self.registry)
