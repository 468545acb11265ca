"""Plays a transcript: lines with `>` are what happens, everything else is what the house decides."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from app.call import events
from app.call.agent import Agent
from app.call.because import chain
from app.call.call import Call
from app.call.callback import Callback
from app.call.commands import Command
from app.call.decision import OfferMade, Record, TransferMade
from app.call.legs import Gather, InRoom, Line, Prompt, Ringing
from app.call.policy import Policy
from app.call.reasons import sentence
from tests.core.house import House, Step

LOCAL = ZoneInfo("Europe/Amsterdam")
HAPPENS = re.compile(r"^> (\w+)\s*(.*)$")
NUMBERS = {
    "mobile": {"ref": "c1.number", "kind": "mobile", "country": "NL"},
    "withheld": {"kind": "withheld"},
    "premium": {"ref": "c1.number", "kind": "premium", "country": "NL"},
}


def tell(text: str, house: House | None = None) -> str:
    """The same transcript with every decision as it is now, played in this house."""
    house = House() if house is None else house
    told: list[str] = []
    for line in text.splitlines():
        if line.startswith("@ "):
            house.now = datetime.strptime(line[2:].strip(), "%Y-%m-%d %H:%M").replace(tzinfo=LOCAL).astimezone(UTC)
            told.append(line)
        elif line.startswith("mobile "):
            house.policy = _mobile(house.policy, line.split()[1:])
            told.append(line)
        elif line.startswith("agents "):
            house.ready(*line.split()[1:])
            told.append(line)
        elif match := HAPPENS.match(line):
            told.append(line)
            told += [said for step in _happen(house, match[1], match[2].split()) for said in _said(step)]
        elif line.startswith("#") or not line.strip():
            told.append(line)
    return "\n".join(told).rstrip() + "\n"


def _mobile(policy: Policy, agents: list[str]) -> Policy:
    """These agents work at home, on a telephone number."""
    numbers = {agent: f"tel:+316123000{n:02}" for n, agent in enumerate(agents, 20)}
    moved = {agent: replace(policy.agents[agent], address=uri) for agent, uri in numbers.items()}
    return replace(policy, agents=policy.agents | moved)


def _happen(house: House, name: str, words: list[str]) -> list[Step]:
    if name == "wait":
        return house.wait(float(words[0]))
    given = dict(word.split("=", 1) for word in words if "=" in word)
    call_id = given.pop("call", "c1")
    if name == "joined":
        return [s for leg in _in_rooms(house.calls[call_id]) for s in house.handle(events.LegJoined(call_id, *leg))]
    kind = getattr(events, name)
    fields = {f.name for f in msgspec.structs.fields(kind)}
    data: dict[str, object] = {"type": name, **given}
    if "call" in fields:
        data["call"] = call_id
    if "leg" in fields:
        data["leg"] = _leg(house, call_id, given.get("leg", "caller"))
    if "step" in fields and "step" not in given:
        leg = house.calls[call_id].leg(str(data["leg"]))
        data["step"] = leg.step if leg else 0
    if "number" in fields:
        data["number"] = NUMBERS.get(given.get("number", ""), {})
    if "words" in given:
        data["words"] = given["words"].split("_")
    if "callback" in fields:
        data["callback"] = given.get("callback", house.calls[call_id].callback)
    if "slot" in given:
        start = datetime.fromisoformat(given["slot"]).replace(tzinfo=LOCAL)
        data["slot"] = {"start": start, "end": start + timedelta(minutes=30)}
    if "others" in given:
        data["others"] = dict([given["others"].split(":")])
    if "questions" in fields:
        data["questions"] = [{"topic": given.pop("topic", "wmo"), "direct": "direct" in words}]
        data.pop("topic", None)
    return house.handle(msgspec.convert(data, kind, strict=False))


def _in_rooms(call: Call) -> list[tuple[str, str]]:
    return [(leg.id, leg.doing.room) for leg in call.legs if isinstance(leg.doing, InRoom) and not leg.joined]


def _leg(house: House, call_id: str, role: str) -> str:
    """The last leg of this role; a leg id stands for itself."""
    call = house.calls.get(call_id)
    if call is None or "." in role:
        return role if "." in role else f"{call_id}.1"
    found = [leg.id for leg in call.legs if leg.role == role]
    if found:
        return found[-1]
    made = [c.leg for s in house.steps for c in s.decision.commands if c.leg.startswith(call_id) and c.name == "Dial"]
    return made[-1] if made and role != "caller" else f"{call_id}.1"


def _said(step: Step) -> list[str]:
    decision = step.decision
    told = []
    if isinstance(step.event, events.TimerFired):
        told.append(f"  ~ {step.event.name}")
    elif isinstance(step.event, events.AgentFound | events.CallerReturned | events.TurnCame):
        told.append(f"  ~ {type(step.event).__name__}")
    told += [f"  {_command(c)}" for c in decision.commands]
    told += [f"  {_agent(a)}" for a in decision.agents]
    told += [f"  {_callback(c)}" for c in decision.callbacks]
    told += [f"  {_record(r)}" for r in decision.records if isinstance(r, OfferMade | TransferMade)]
    lines = ", ".join(str(b.line) for b in chain(decision.because) if b.line)
    line = f" (regel {lines})" if lines else ""
    phase = type(decision.call.phase).__name__ if decision.call else ""
    told.append(f"  = {phase or '-'}  omdat {sentence(decision.because)}{line}")
    return told


def _command(command: Command) -> str:
    match command.do:
        case Prompt(lines=lines) | Gather(lines=lines):
            what = " ".join(_line(x) for x in lines)
        case InRoom(room=room):
            what = room
        case Ringing(address=address, shows=shows):
            what = f"{address} {shows}".strip()
        case _:
            what = ""
    return f"{command.name}({command.leg}) {what}".rstrip()


def _line(line: Line) -> str:
    slots = ", ".join(f"{k}={v}" for k, v in line.slots.items() if v)
    return f"{line.text}[{slots}]" if slots else line.text


def _agent(agent: Agent) -> str:
    return f"medewerker {agent.id}: {agent.state}" + (f" ({agent.reason})" if agent.reason else "")


def _callback(callback: Callback) -> str:
    moment = callback.slot.start.astimezone(LOCAL)
    who = callback.colleague or callback.department or callback.office
    reason = f" ({callback.because})" if callback.because else ""
    return f"terugbelafspraak {callback.id}: {callback.status}{reason}, {who} op {moment:%a %d-%m %H:%M}"


def _record(record: Record) -> str:
    if isinstance(record, OfferMade):
        return f"toestel {record.party}: {record.outcome}, {record.rings} keer overgegaan in {record.rang:.0f} s"
    assert isinstance(record, TransferMade)
    return f"doorverbinden naar {record.colleague or '-'}: {record.outcome}"


def stories() -> list[Path]:
    """All transcripts."""
    return sorted(Path(__file__).parent.glob("*.txt"))
