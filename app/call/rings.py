"""The ring clock: no phone rings longer than three times (domain §5, design §5 rule 6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.call.call import Call, Cause
from app.call.decision import OfferMade, Outcome
from app.call.events import LegRang, LegRinging
from app.call.legs import Gather, Leg
from app.call.moves import arm, change, disarm, timer
from app.call.policy import Ringing
from app.call.timers import Timer


def dialled(leg_id: str, ringing: Ringing, now: datetime) -> Timer:
    """Armed when a phone is dialled: it must ring before this fires."""
    return timer("post_dial", now, ringing.post_dial, leg_id)


def started(call: Call, leg: Leg, at: datetime | None, ringing: Ringing, now: datetime, *, estimated: bool) -> Call:
    """Ringing started: `rings` replaces `post_dial`, counted from `at`, between dialling and now (design §5 rule 6).

    A second report of the same start changes nothing; only a signalled one takes the place of an estimate (domain §5).
    """
    if leg.rang_at is not None and (estimated or not leg.estimated):
        return call
    since = now if at is None else min(max(at, leg.rang_at or _dialled_at(call, ringing, now)), now)
    due = Timer("rings", max(now, since + timedelta(seconds=ringing.withdraw(leg.rings))), leg.id)
    call = change(call, leg.id, rang_at=since, estimated=estimated, state="ringing")
    call = arm(call, due)
    return disarm(call, "post_dial")


def _dialled_at(call: Call, ringing: Ringing, now: datetime) -> datetime:
    """A phone cannot have rung before it was dialled, whatever the switch's clock says."""
    post_dial = call.timer("post_dial")
    return now if post_dial is None else post_dial.due_at - timedelta(seconds=ringing.post_dial)


def heard(call: Call, leg: Leg, event: LegRinging | LegRang, ringing: Ringing, now: datetime) -> Call:
    """A report of the switch about ringing; each single ring is counted where a PBX reports it.

    A report of one ring more than allowed withdraws the phone at once: `rings` becomes due now.
    """
    if leg.state == "up" or not leg.live:
        return call
    guess = type(event) is LegRinging and event.estimated
    first = event.at
    if type(event) is LegRang:
        first = (event.at or now) - timedelta(seconds=ringing.cycle * (event.n - 1))
    call = started(call, leg, first, ringing, now, estimated=guess)
    if type(event) is LegRang and event.n > leg.counted:
        call = change(call, leg.id, counted=event.n)
        if event.n > leg.rings:
            call = arm(call, Timer("rings", now, leg.id))
    return call


def offer(call: Call, leg: Leg, outcome: Outcome | Cause, ringing: Ringing, now: datetime) -> OfferMade:
    """The record of one phone that rang, or was to ring: how long, how many rings, and whether that is an estimate.

    A phone that was withdrawn in time has not rung once more while its end was on its way.
    """
    until = leg.answered_at or now
    rang = 0.0 if leg.rang_at is None else max(0.0, (until - leg.rang_at).total_seconds())
    rings = leg.counted or (0 if leg.rang_at is None else ringing.count(rang))
    if leg.answered_at is None:
        rings = min(rings, max(leg.rings, leg.counted))
    return OfferMade(call.id, leg.id, leg.role, leg.party, outcome, rang, rings, leg.estimated, now)


def answered(call: Call, leg: Leg, ringing: Ringing, now: datetime) -> tuple[OfferMade, ...]:
    """The record of a phone that was answered."""
    return (offer(call, leg, "answered", ringing, now),)


def stopped(
    call: Call, leg_id: str, ringing: Ringing, now: datetime, cause: Cause | None = None
) -> tuple[OfferMade, ...]:
    """The record of a phone that rang until somebody else gave up, unless it was being withdrawn for `cause` already.

    None when it was answered: that is recorded, once who picked up accepted.
    """
    leg = call.leg(leg_id)
    if leg is None or (leg.state == "up" and type(leg.doing) is not Gather):
        return ()
    return (offer(call, leg, cause or "cancelled", ringing, now),)


def unanswered(cause: Cause) -> Cause:
    """Why a phone that was never answered ended: whatever is not busy, declined or unanswered is unreachable."""
    return "unreachable" if cause in ("normal", "cancelled", "lost", "failed") else cause
