"""One gate for dialling out: no platform dials a number that no policy may have dialled (design §5 rule 19)."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.call.call import Call, Welcoming
from app.call.commands import present
from app.call.legs import Leg, Ringing
from app.engine.orders import order
from app.providers.asterisk import Asterisk
from app.providers.base import Order, Provider, Refused
from app.providers.generic import Generic
from app.settings import AsteriskSettings, Secret
from tests.core.house import TUESDAY
from tests.core.policies import policy
from tests.providers import twilio_hooks
from tests.providers.pbx_side import SECRET


def dial(address: str) -> Order:
    leg = Leg("c1.2", "colleague", "dialling", Ringing(address, "+31201234500"))
    call = Call("c1", "stad", Welcoming(), (leg,), TUESDAY, "140123", "v1")
    return order(call, present(leg), {}, {}, policy())


def asterisk(folder: Path) -> Asterisk:
    nowhere = "http://127.0.0.1:9/ari"
    settings = AsteriskSettings(
        app="a", called=False, link_secrets=(), url=nowhere, user="u", password=Secret("p" * 16), sounds=folder,
        sounds_seen="", recordings=None, phones="PJSIP/{user}", outside="PJSIP/{number}@trunk", music_waiting="w",
        music_hold="h", fallback="down",
    )  # fmt: skip
    return Asterisk("stad", settings)


@pytest.mark.parametrize(
    "address",
    ["sip:101@pbx", "tel:+31612300001", "tel:+31881234567", "tel:+32470123456",
     "sip:112@pbx", "sip:anna@teams", "sip:+31201234501@teams"],
)  # fmt: skip
def test_ordinary_numbers_and_phones_inside_pass(address: str) -> None:
    assert not dial(address).barred


@pytest.mark.parametrize(
    "address",
    ["tel:112", "tel:+31906123456", "tel:+318001234", "tel:+31201234567", "tel:140123", "tel:", "tel:x",
     "sip:0906123456@pbx", "sip:+31906123456@pbx", "sip:0031909123456@pbx"],
)  # fmt: skip
async def test_what_no_policy_may_have_dialled_is_refused_by_every_platform(address: str, tmp_path: Path) -> None:
    made = dial(address)
    assert made.barred
    platforms: tuple[Provider, ...] = (
        Generic("stad", [SECRET], command_url="http://127.0.0.1:9/"), twilio_hooks.platform(), asterisk(tmp_path)
    )
    for platform in platforms:
        with pytest.raises(Refused, match="may not be dialled"):
            await platform.send(made)
        await platform.close()
