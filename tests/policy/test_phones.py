"""Numbers and addresses: how they are written, and that the file obeys the gate for dialling out (domain §6)."""

# ruff: noqa: E501, ISC004 - a message stands on one line, as it is printed

from __future__ import annotations

import pytest

from app.policyfile import load
from app.policyfile.phone import normal
from tests.policy.small import spoiled, told

REFUSED = "mag niet worden gebeld (zie callbacks.numbers en callbacks.countries)"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("14 0123", "140123"),
        ("14020", "14020"),
        ("(0123) 45 67 89", "+31123456789"),
        ("0123-456789", "+31123456789"),
        ("+31 6 12 34 56 78", "+31612345678"),
        ("0031612345678", "+31612345678"),
        ("+49 30 123456", "+4930123456"),
        ("0612345678;ext=9", ""),
        ("06123456٧٨", ""),  # noqa: RUF001 - digits of another script
        ("*21*0612345678#", ""),
        ("061234\r\n5678", ""),
        ("0612", ""),
        ("", ""),
        ("vast", ""),
    ],
)
def test_normal(written: str, number: str) -> None:
    assert normal(written) == number


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"14 0123": {to', '"14 O123": {to', "11: 'numbers.14 O123': '14 O123' is geen telefoonnummer"),
        ('"0123 45 67 89"', '"0123 45"', "4: 'municipality.outgoing_number': '0123 45' is geen telefoonnummer"),
        ('"0123 45 67 89"', '"14 0123"', "4: 'municipality.outgoing_number': '14 0123' kan niet als afzender worden "
         "getoond (geen vast, 085- of 088-nummer)"),
        ("sip:jo@pbx.example", "jo@pbx.example", "34: 'agents.jo.address': 'jo@pbx.example' begint niet met sip: of tel:"),
        ("sip:jo@pbx.example", "sip:jo",
         "34: 'agents.jo.address': 'sip:jo' is geen SIP-adres (schrijf zoals sip:naam@centrale.example)"),
        ("sip:jo@pbx.example", "sip:jo@pbx.example;transport=tcp", "34: 'agents.jo.address': "
         "'sip:jo@pbx.example;transport=tcp' is geen SIP-adres (schrijf zoals sip:naam@centrale.example)"),
        ("sip:an@pbx.example", "sip:jo@pbx.example",
         "38: 'colleagues.an.addresses[0].uri': 'sip:jo@pbx.example' is al het adres van 'jo' (regel 34)"),
        ("tel:+31612345678", "tel:0900-1234", f"39: 'colleagues.bo.addresses[0].uri': naar '0900-1234' {REFUSED}"),
        ("tel:+31612345678", "tel:+4930123456", f"39: 'colleagues.bo.addresses[0].uri': naar '+4930123456' {REFUSED}"),
        ("tel:+31612345678", "tel:112", f"39: 'colleagues.bo.addresses[0].uri': naar '112' {REFUSED}"),
        ("tel:+31612345678", "tel:061234567٨", "39: 'colleagues.bo.addresses[0].uri': '061234567٨' is geen telefoonnummer"),
        ("tel:+31612345678", "tel:14 0123",
         "39: 'colleagues.bo.addresses[0].uri': '14 0123' is een eigen nummer van de gemeente"),
        ("tel:+31612345678", "tel:0123456789",
         "39: 'colleagues.bo.addresses[0].uri': '0123456789' is een eigen nummer van de gemeente"),
        ("countries: [NL]", "countries: [NL, QQ]", "41: 'callbacks.countries[1]': 'QQ' is geen landcode (zoals NL)"),
        ("countries: [NL]", "numbers: [fixed]", f"39: 'colleagues.bo.addresses[0].uri': naar '+31612345678' {REFUSED}"),
    ],
)  # fmt: skip
def test_phone(old: str, new: str, message: str) -> None:
    found = [line for line in told(spoiled(old, new)) if "tests[0]" not in line]
    assert found == [f"r.yaml:{message}"]


def test_the_same_number_written_twice() -> None:
    line = '  "14 0123": {to: {menu: hoofd}, hours: open}\n'
    assert told(spoiled(line, line + '  "140123": {to: {office: kcc}, hours: open}\n')) == [
        "r.yaml:12: 'numbers.140123' is hetzelfde nummer als '14 0123' op regel 11"
    ]


def test_a_colleague_in_another_country_may_be_called_when_the_policy_says_so() -> None:
    policy = load(spoiled("tel:+31612345678", "tel:+49 30 123456", "countries: [NL]", "countries: [NL, DE]"))
    assert policy.colleagues["bo"].addresses[0].uri == "tel:+4930123456"


def test_one_colleague_may_use_one_address_twice() -> None:
    twice = '{uri: "sip:an@pbx.example"}, {uri: "sip:an@pbx.example", rings: 5}'
    assert told(spoiled('{uri: "sip:an@pbx.example"}', twice)) == []
