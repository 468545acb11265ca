"""What an order says and shows."""

from __future__ import annotations

import pytest

from app.call.call import Call, Welcoming
from app.call.commands import present
from app.call.legs import Leg, Line, Prompt, Ringing
from app.call.policy import Text
from app.engine.orders import order
from tests.core.house import TUESDAY
from tests.core.policies import policy

POLICY = policy(texts={"announce": Text("announce", {"nl": "U wordt gebeld.", "en": "You are being called."})})


@pytest.mark.parametrize(("role", "said"), [("caller", "You are being called."), ("colleague", "U wordt gebeld.")])
def test_an_english_caller_does_not_make_a_colleague_hear_english(role: str, said: str) -> None:
    leg = Leg("c1.2", role, "up", Prompt((Line("announce"),)))  # type: ignore[arg-type]
    call = Call("c1", "stad", Welcoming(), (leg,), TUESDAY, "140123", "v1", "en")
    assert order(call, present(leg), {}, {}, POLICY).sentences == (said,)


def test_a_number_that_is_not_known_any_more_is_not_shown() -> None:
    leg = Leg("c1.2", "agent", "dialling", Ringing("sip:101@pbx", shows="@c1.number"))
    call = Call("c1", "stad", Welcoming(), (leg,), TUESDAY, "140123", "v1")
    assert order(call, present(leg), {}, {}, POLICY).shows == ""
    assert order(call, present(leg), {}, {"c1.number": "+31612345678"}, POLICY).shows == "+31612345678"
