"""A million events and fifty thousand calls stored: the same speed, also for a process that began on nothing."""

from __future__ import annotations

from app.call.call import Call, Ended
from app.store import codec
from bench.load import play, told
from bench.results import Result, median, sent
from bench.stage import Stage, database, execute, service, sink

CENTRES = ("bench",)
EVENTS, CALLS = 1_000_000, 50_000
FILL = (
    """INSERT INTO calls (centre, id, provider, phase, live, person, callback, state, started_at, ended_at)
       SELECT 'bench', 'old' || n, 'generic', 'Ended', false, '', '', replace('{state}', 'CALL', 'old' || n)::json,
           now() - n * interval '1 minute', now() - n * interval '1 minute'
       FROM generate_series(1, {calls}) n""",
    """INSERT INTO events SELECT 'bench', 'call:old' || n % {calls}, 'old' || n % {calls} || '.1:' || n, -n,
           'KeysPressed', '{{"type": "KeysPressed", "call": "x", "leg": "x.1", "step": 2, "keys": "1"}}', 'Choosing',
           '{{"code": "menu.key", "line": 31, "args": {{"key": "1"}}}}', 'v1', now() - n * interval '1 second'
       FROM generate_series(1, {events}) n""",
    """INSERT INTO lines SELECT 'bench', 'old' || n || '.1', 'old' || n, 'generic', 'ref-old-' || n
       FROM generate_series(1, {calls}) n""",
    """INSERT INTO names (centre, ref, alike, delete_after)
       SELECT 'bench', 'old' || n || '.number', repeat('0', 96), now() + interval '14 days'
       FROM generate_series(1, {calls}) n""",
    """INSERT INTO offers SELECT 'bench', -n, 0, 'old' || n, 'old' || n || '.2', 'agent', 'a01', 'answered', 3, 1,
           false, now()
       FROM generate_series(1, {calls}) n""",
)

NOBODY_LOOKS = "ALTER TABLE {} SET (autovacuum_enabled = off)"
"""Else autovacuum has a core of its own while we measure, and what it finds gives the running process new plans."""
TABLES = ("calls", "events", "lines", "names", "offers")


async def growth(on: Stage, repetitions: int, seconds: int, events: int = EVENTS, calls: int = CALLS) -> list[Result]:
    """Measure empty, fill behind the service's back, measure again; then with a new process, and after ANALYZE."""
    state = codec.text(_ended()).replace("'", "''")
    async with database(on) as url, sink(on) as port:
        await execute(url, *(NOBODY_LOOKS.format(table) for table in TABLES))
        async with service(on, url, port, CENTRES) as running:
            empty = [await play(on, [running], 64, seconds, CENTRES) for _ in range(repetitions)]
            await execute(url, *(text.format(state=state, events=events, calls=calls) for text in FILL), "CHECKPOINT")
            same = [await play(on, [running], 64, seconds, CENTRES) for _ in range(repetitions)]
        async with service(on, url, port, CENTRES) as running:
            new = [await play(on, [running], 64, seconds, CENTRES) for _ in range(repetitions)]
            await execute(url, "ANALYZE", "CHECKPOINT")
            known = [await play(on, [running], 64, seconds, CENTRES) for _ in range(repetitions)]
    first, *others = (median(run.rate for run in runs) for runs in (empty, same, new, known))
    note = f"{first:.0f}/s empty; {', '.join(f'{rate:.0f}' for rate in others)}/s full"
    name = f"{events:,} events stored: slower than empty"
    whose = ("a process started on nothing", "a new process", "after ANALYZE")
    return [
        *(Result(f"{name}, {of}", first / rate, "x", "<= 1.2", note) for of, rate in zip(whose, others, strict=True)),
        sent((run.waiting for run in (*empty, *same, *new, *known)), f"{events:,} events stored: "),
    ]


def _ended() -> Call:
    """A whole call as it is kept, with CALL for its id."""
    last = [s.decision.call for s in told()[0].steps if s.decision.call is not None][-1]
    assert isinstance(last.phase, Ended)
    return codec.call(codec.text(last).replace(last.id, "CALL"))
