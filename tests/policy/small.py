"""The smallest good routing.yaml, to be spoiled in one place; and what is then told about it."""

from __future__ import annotations

from app import policyfile
from app.policyfile.standard import SLOTS

HEAD = """\
municipality:
  name: Kleindorp
  languages: [nl]
  outgoing_number: "0123 45 67 89"
days_off:
  2026-04-27: Koningsdag
hours:
  open:
    ma-vr: 08:30-17:00
numbers:
  "14 0123": {to: {menu: hoofd}, hours: open}
menus:
  hoofd:
    text: menu_main
    choices:
      1: {office: kcc}
      2: {topic: wmo}
topics:
  wmo:
    label: {nl: Wmo}
    office: sociaal
    department: zorg
    words: [traplift]
  afval:
    label: {nl: Afval}
    office: kcc
    words: [container]
rules:
  - {topics: [wmo], hours: open, office: sociaal}
offices:
  kcc: {label: {nl: KCC}, hours: open, goal: 0.60}
  sociaal: {label: {nl: Sociaal}, hours: open, goal: 0.85, overflow: kcc}
agents:
  jo: {name: Jo, address: "sip:jo@pbx.example", offices: [kcc, sociaal]}
departments:
  zorg: {label: {nl: Zorg}, email: zorg@kleindorp.example}
colleagues:
  an: {name: An, department: zorg, addresses: [{uri: "sip:an@pbx.example"}], hours: open, substitute: bo}
  bo: {name: Bo, department: zorg, addresses: [{uri: "tel:+31612345678", rings: 4}], hours: open}
ringing: {rings: 3, cycle: 5, grace: 1, signalled: true}
callbacks: {working_days: 2, countries: [NL]}
tests:
  - {when: {number: "14 0123", press: 2}, expect: {office: sociaal}}
texts:
  menu_main: {nl: Toets 1 of 2.}
"""
TEXTS = "".join(f"  {text}: {{nl: Zin.}}\n" for text in sorted(SLOTS))
GOOD = HEAD + TEXTS


def spoiled(*pairs: str) -> str:
    """The good file in which each first string is replaced by the second; it must be there."""
    text = GOOD
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def told(text: str | bytes, language: str = "nl") -> list[str]:
    """All mistakes, as they are printed."""
    return [str(mistake) for mistake in policyfile.check(text, file="r.yaml", language=language).mistakes]


def warned(text: str) -> list[str]:
    """All warnings, as they are printed."""
    return [str(mistake) for mistake in policyfile.check(text, file="r.yaml").warnings]
