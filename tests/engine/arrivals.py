"""Short ways to say what happened in the tests of the engine."""

from __future__ import annotations

from app.call.call import Call
from app.call.events import AgentReady, CallOffered, Event, KeysPressed, LegEnded
from app.engine.arrivals import Handled
from app.providers.base import Arrival


def offered(call: str = "c1", centre: str = "noord", **more: object) -> Arrival:
    """A caller rings; the reply to this webhook is what the caller's leg does."""
    event = CallOffered(call=call, leg=f"{call}.1", dialled="140123", name=f"{call}.name")
    return Arrival(
        centre=centre,
        key="1:0:offered",
        event=event,
        provider="demo",
        replies=f"{call}.1",
        private={f"{call}.name": "De Vries"},
        line=(f"{call}.1", f"sw-{call}"),
        **more,  # type: ignore[arg-type]
    )


def saved(handled: Handled | BaseException) -> Call:
    """The call as it was saved."""
    assert isinstance(handled, Handled), handled
    assert handled.call is not None
    return handled.call


def pressed(keys: str, call: str = "c1", centre: str = "noord", *, key: str = "", replies: bool = False) -> Arrival:
    """The caller presses a key."""
    event = KeysPressed(call=call, leg=f"{call}.1", step=1, keys=keys)
    return arrival(event, key or f"keys:{keys}", centre, replies=f"{call}.1" if replies else "")


def ended(call: str = "c1", centre: str = "noord", leg: int = 1) -> Arrival:
    """A leg is over."""
    return arrival(LegEnded(call=call, leg=f"{call}.{leg}"), f"{leg}:ended", centre)


def ready(agent: str, centre: str = "noord") -> Arrival:
    """An agent is ready."""
    return arrival(AgentReady(agent=agent), f"ready:{agent}", centre)


def arrival(event: Event, key: str, centre: str = "noord", *, replies: str = "") -> Arrival:
    """Any event, from the platform `demo`."""
    return Arrival(centre=centre, key=key, event=event, provider="demo", replies=replies)
