"""Transfer keys and codes of phones: whom they mean, and which keys of a conversation are nobody's business."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from app.call import events as core
from app.call.policy import Keys
from app.providers.asterisk import codes
from app.providers.asterisk.codes import Codes
from app.providers.base import Arrival
from app.providers.targets import target
from tests.core.policies import policy

CALL = "abcdefghijklmnopqrst"
LEG = f"{CALL}.2"
POLICY = policy(keys=Keys("*7", "*8"))


@pytest.mark.parametrize(
    ("wanted", "colleague", "wrong"),
    [("", "", ""), ("201", "ans", ""), ("sip:201@pbx", "ans", ""), ("sip:201@elsewhere.example", "ans", ""),
     ("0612300001", "ans", ""), ("+31612300001", "ans", ""), ("tel:+31612300001", "ans", ""),
     ("999", "", "unknown"), ("0207654321", "", "unknown"),
     ("0201234567", "", "forbidden"), ("x" * 300, "", "unknown"), ("20\r\n1", "", "unknown"),
     ("112", "", "forbidden"), ("0906123456", "", "forbidden"), ("00442079460000", "", "forbidden"),
     ("0800 1234", "", "forbidden"), ("140123", "", "forbidden")],
)  # fmt: skip
def test_whom_a_transfer_key_means(wanted: str, colleague: str, wrong: str) -> None:
    assert target(wanted, POLICY) == (colleague, wrong)


async def after(keys: str, rules: Keys | None = None, pause: float = 0.0) -> list[core.Event]:
    """What these keys, pressed in a conversation, ask for."""
    told: list[Arrival] = []
    typed = Codes("stad", told.append)
    for at, key in enumerate(keys):
        typed.pressed(LEG, key, str(at), POLICY if rules is None else replace(POLICY, keys=rules))
    await asyncio.sleep(pause)
    typed.end(LEG)
    return [arrival.event for arrival in told]


@pytest.mark.parametrize(
    ("keys", "event"),
    [("*7201#", core.PhoneTransferAsked(CALL, LEG, "ans")), ("*7#", core.PhoneTransferAsked(CALL, LEG)),
     ("*79*7201#", core.PhoneTransferAsked(CALL, LEG, "ans")), ("123*7201#", core.PhoneTransferAsked(CALL, LEG, "ans")),
     ("*7112#", core.PhoneTransferAsked(CALL, LEG, "", "forbidden")), ("*8", core.PhoneCancelAsked(CALL, LEG))],
)  # fmt: skip
async def test_a_code_asks_for_what_the_transfer_key_asks(keys: str, event: core.Event) -> None:
    assert await after(keys) == [event]


@pytest.mark.parametrize("keys", ["", "7201#", "#", "*", "*9201#", "*7201", "*#"])
async def test_other_keys_ask_for_nothing(keys: str) -> None:
    assert await after(keys) == []


async def test_without_codes_in_the_policy_nothing_is_one() -> None:
    assert await after("*7201#*8#", Keys()) == []
    assert await after("*8", Keys("*7")) == []


async def test_a_code_is_complete_after_a_pause_and_never_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "PAUSE", 0.01)
    assert await after("*7201", pause=0.1) == [core.PhoneTransferAsked(CALL, LEG, "ans")]
    assert await after("*7" + "1" * 60) == [core.PhoneTransferAsked(CALL, LEG, "", "unknown")]
