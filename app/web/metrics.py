"""Figures for Prometheus: counted after each commit from what was decided, and asked for when somebody looks."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from app.call.decision import OfferMade, TransferMade, Warned
from app.engine.arrivals import Committed

FAST = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """One registry per service; `committed` listens to the engine, the rest is told by whoever knows."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        counter = self._counter
        self.events = counter("events", "Events decided and saved.", "type")
        self.calls = counter("calls_started", "Calls that came in.", "centre")
        self.phases = counter("phases_entered", "Phases that calls entered.", "phase")
        self.rings = Histogram(
            "warmlijn_rings",
            "Rings of each phone that was rung.",
            ["role"],
            buckets=(0, 1, 2, 3, 4, 5),
            registry=self.registry,
        )
        self.offers = counter("offers", "Phones rung, by outcome.", "role", "outcome")
        self.transfers = counter("transfers", "Transfers, by outcome.", "outcome")
        self.warnings = counter("warnings", "What the supervisor was warned of.", "centre", "kind")
        self.batch = Histogram(
            "warmlijn_batch_events",
            "Events saved together.",
            buckets=(1, 2, 4, 8, 16, 32, 64, 128),
            registry=self.registry,
        )
        self.commit = Histogram(
            "warmlijn_commit_seconds", "Time of one transaction.", buckets=FAST, registry=self.registry
        )
        self.webhooks = Histogram(
            "warmlijn_webhook_seconds",
            "Time of one webhook.",
            ["provider", "status"],
            buckets=FAST,
            registry=self.registry,
        )
        self._webhook: dict[tuple[str, int], Histogram] = {}
        self.late = Histogram(
            "warmlijn_timer_late_seconds", "Between due and saved, per timer.", buckets=FAST, registry=self.registry
        )
        self.outbox_age = Gauge(
            "warmlijn_outbox_age_seconds", "Age of the oldest command not known to be done.", registry=self.registry
        )
        self.waiting = Gauge("warmlijn_callers_waiting", "Callers who wait.", ["centre"], registry=self.registry)
        self.live = Gauge(
            "warmlijn_calls_live", "Calls with a line that may be up.", ["centre"], registry=self.registry
        )
        self.quarantine = Gauge("warmlijn_quarantine", "Events set apart.", ["centre"], registry=self.registry)
        self.link = Gauge(
            "warmlijn_switch_link", "1 while this process holds the link with Asterisk.", ["centre"],
            registry=self.registry,
        )
        self.sign = Gauge(
            "warmlijn_switch_sign_age_seconds",
            "Since this process last told Asterisk that it lives; above five the front office rings by the dialplan.",
            ["centre"], registry=self.registry,
        )
        self.callbacks = Gauge(
            "warmlijn_callbacks",
            "Promises: open, and open past their day.",
            ["centre", "state"],
            registry=self.registry,
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"warmlijn_{name}", text, labels, registry=self.registry)

    def committed(self, committed: Committed) -> None:
        """A listener of the engine."""
        self.batch.observe(committed.arrivals)
        self.commit.observe(committed.seconds)
        types: dict[str, int] = {}
        for step in committed.steps:
            kind = type(step.event).__name__
            types[kind] = types.get(kind, 0) + 1
            after = step.decision.call
            if after is not None and (step.before is None or type(step.before.phase) is not type(after.phase)):
                self.phases.labels(type(after.phase).__name__).inc()
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
        for kind, number in types.items():
            self.events.labels(kind).inc(number)

    def webhook(self, provider: str, seconds: float, status: int) -> None:
        """One webhook."""
        key = (provider, status)
        known = self._webhook.get(key)
        if known is None:
            known = self._webhook[key] = self.webhooks.labels(*key)
        known.observe(seconds)

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
