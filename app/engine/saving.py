"""From what was decided to the rows that say so: only what changed, each row once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from app.call.call import Call
from app.call.callback import Callback
from app.call.commands import Command
from app.call.decision import OfferMade, Registered, RegistrationOwed, TransferMade, Warned
from app.call.events import TimerFired
from app.call.timers import Timer
from app.engine.arrivals import Item, Step
from app.engine.scene import Scene, live
from app.store.codec import text
from app.store.writing import Write

OUTBOX_ROOM = 256
"""An outbox row is numbered `seq * 256 + n`: in the order of the events, and of the commands within one."""


def save_state(write: Write, centre: str, scene: Scene) -> None:
    """The rows of everything that changed in this centre, and the difference of its timers."""
    if scene.seq == scene.began:
        return
    write.rows["centres"].append((centre, scene.seq, text(scene.centre)))
    callbacks: list[Callback] = []
    for (kind, row_id), before in scene.was.items():
        match kind:
            case "call":
                call = scene.calls[row_id]
                _timers(write, centre, f"call:{row_id}", before, call)
                write.rows["calls" if before else "calls_begun"].append(_call_row(centre, call, scene))
            case "agent":
                agent = scene.agents[row_id]
                _timers(write, centre, f"agent:{row_id}", before, agent)
                write.rows["agents"].append((centre, row_id, text(agent), scene.seq))
            case "callback":
                callback = scene.callbacks[row_id]
                _timers(write, centre, f"callback:{row_id}", before, callback)
                callbacks.append(callback)
            case _:
                write.rows["diaries"].append((centre, row_id, text(scene.diaries[row_id]), scene.seq))
    for c in sorted(callbacks, key=lambda c: c.open):  # room for a new promise is made before it is taken
        write.rows["callbacks"].append(
            (centre, c.id, c.call, c.status, c.person, c.on_behalf, c.subject, c.colleague, c.due_at, text(c))
        )


def _call_row(centre: str, call: Call, scene: Scene) -> tuple[Any, ...]:
    waiter = scene.waiting.get(call.id)
    return (
        centre,
        call.id,
        scene.providers[call.id],
        type(call.phase).__name__,
        live(call),
        None if waiter is None else text(waiter),
        call.person,
        call.callback,
        text(call),
        call.started_at,
        call.ended_at,
        call.reference,
    )


def _timers(write: Write, centre: str, subject: str, before: Any, after: Any) -> None:
    """The timers table follows the state: what is not armed any more goes, what is armed anew replaces."""
    earlier: tuple[Timer, ...] = () if before is None else before.timers
    if earlier is after.timers:
        return
    names = {timer.name for timer in after.timers}
    for timer in earlier:
        if timer.name not in names:
            write.rows["timers_gone"].append((centre, subject, timer.name))
    for timer in after.timers:
        if timer not in earlier:
            write.rows["timers"].append((centre, subject, timer.name, timer.leg, timer.due_at))


def save_fired(write: Write, item: Item, scene: Scene) -> None:
    """A timer that fired leaves the table, also when it met nothing."""
    event = item.arrival.event
    if type(event) is not TimerFired:
        return
    rows: dict[str, dict[str, Any]] = {"call": scene.calls, "agent": scene.agents, "callback": scene.callbacks}
    state = rows[event.subject].get(event.id)
    gone = (item.arrival.centre, item.subject, event.name)
    if (state is None or all(t.name != event.name for t in state.timers)) and gone not in write.rows["timers_gone"]:
        write.rows["timers_gone"].append(gone)


def save_step(write: Write, step: Step, node: str, answered: set[str]) -> None:
    """The log line of one event, the facts it made, and its commands but those a reply carries."""
    decision = step.decision
    after = step.after
    write.rows["events"].append(
        (
            step.centre,
            step.subject,
            step.key,
            step.seq,
            type(step.event).__name__,
            text(step.event),
            "" if after is None else type(after.phase).__name__,
            text(decision.because),
            step.policy,
            step.at,
        )
    )
    for n, command in enumerate(decision.commands):
        if (command.name == "Look" or not _told(command, step, answered)) and after is not None:
            write.rows["outbox"].append(
                (
                    step.centre,
                    step.seq * OUTBOX_ROOM + n,
                    after.id,
                    command.leg,
                    command.step,
                    command.name,
                    text(command),
                    step.provider,
                    node,
                )
            )
    for n, record in enumerate(decision.records):
        match record:
            case OfferMade() as o:
                write.rows["offers"].append(
                    (
                        step.centre,
                        step.seq,
                        n,
                        o.call,
                        o.leg,
                        o.role,
                        o.party,
                        o.outcome,
                        o.rang,
                        o.rings,
                        o.estimated,
                        o.at,
                    )
                )
            case TransferMade() as t:
                write.rows["transfers"].append(
                    (step.centre, step.seq, n, t.call, t.agent, t.colleague, t.outcome, t.at)
                )
            case RegistrationOwed() as r:
                write.register(step.centre, r.call, r.agent, owed_at=r.at)
            case Registered() as r:
                write.register(step.centre, r.call, r.agent, done_at=r.at, questions=text(r.questions))
            case Warned() as w:
                write.rows["warnings"].append((step.centre, step.seq, n, w.kind, w.call, w.subject, w.at))


def _told(command: Command, step: Step, answered: set[str]) -> bool:
    """Whether an answer tells this command: that of its leg, or that of the event's whole call."""
    return command.leg in answered or (bool(step.replies) and command.leg.rpartition(".")[0] == step.replies)


def save_private(
    write: Write, items: Iterable[Item], delete_after: dict[str, timedelta], now: datetime
) -> dict[tuple[str, str], str]:
    """Names and numbers, sealed, with the day they go, and which line of the switch is which leg.

    Returns them in clear, `(centre, ref)` -> text: an answer may need them at once.
    """
    names: dict[tuple[str, str], tuple[Any, ...]] = {}
    clear: dict[tuple[str, str], str] = {}
    lines: dict[tuple[str, str], tuple[Any, ...]] = {}
    for item in items:
        arrival = item.arrival
        if item.because is None or item.because.code == "ignored.no_call":
            continue
        if not item.because.ignored:
            for ref, sealed, alike in item.sealed:
                names[arrival.centre, ref] = (arrival.centre, ref, sealed, alike, now + delete_after[arrival.centre])
                clear[arrival.centre, ref] = arrival.private[ref]
        if arrival.line is not None:  # also told with what changes nothing: without it the leg cannot be let go
            leg, ref = arrival.line
            lines[arrival.centre, leg] = (arrival.centre, leg, item.call, arrival.provider, ref)
    write.rows["names"].extend(names.values())
    write.rows["lines"].extend(lines.values())
    return clear
