"""The telephone numbers and SIP addresses in routing.yaml: well written, no doubles, none that may not be called."""

from __future__ import annotations

from app.callbacks.gate import may_dial
from app.policyfile import phone
from app.policyfile.limits import CallbacksPart
from app.policyfile.mistakes import Path, Teller
from app.policyfile.references import entries, field, found, section
from app.policyfile.yamltree import Tree


def check(tree: Tree, tell: Teller) -> None:
    """Every mistake in numbers and addresses."""
    own = _own(tree, tell)
    _outgoing(tree, tell)
    _countries(tree, tell)
    dialled = [(path, value) for path, value in found(tree.data, ("rules", "*", "numbers", "*"))]
    dialled += found(tree.data, ("tests", "*", "when", "number"))
    for path, written in dialled:
        if isinstance(written, str) and written.strip() and phone.normal(written) not in own:
            kind = {"nl": "het nummer", "en": "number"}[tell.language]
            tell("unknown", tree.line(path), path, meant=(written, own.values()), kind=kind, value=written)
    everyone = set(own) | {phone.normal(field(section(tree, "municipality"), "outgoing_number"))}
    taken: dict[str, tuple[str, int]] = {}
    for pattern in (("agents", "*", "address"), ("colleagues", "*", "addresses", "*", "uri")):
        for path, address in found(tree.data, pattern):
            if isinstance(address, str) and address.strip():
                _address(address.strip(), path, tree, tell, everyone, taken)


def _own(tree: Tree, tell: Teller) -> dict[str, str]:
    """The dialled numbers, normal -> as written."""
    own: dict[str, str] = {}
    for written in section(tree, "numbers"):
        path: Path = ("numbers", written)
        number = phone.normal(written)
        if not number:
            tell("not_phone", tree.line(path), path, value=written)
        elif number in own:
            tell("same_phone", tree.line(path), path, other=own[number], first=tree.line(("numbers", own[number])))
        else:
            own[number] = written
    return own


def _outgoing(tree: Tree, tell: Teller) -> None:
    """Domain §6: calls out show a separate geographic number."""
    path: Path = ("municipality", "outgoing_number")
    written = field(section(tree, "municipality"), "outgoing_number")
    if not written:
        return
    if not phone.normal(written):
        tell("not_phone", tree.line(path), path, value=written)
    elif phone.understood(written).kind not in phone.SHOWABLE:
        tell("not_outgoing", tree.line(path), path, value=written)


def _countries(tree: Tree, tell: Teller) -> None:
    for path, country in found(tree.data, ("callbacks", "countries", "*")):
        if isinstance(country, str) and country not in phone.COUNTRIES:
            tell("not_country", tree.line(path), path, meant=(country, phone.COUNTRIES), value=country)


def _address(
    address: str, path: Path, tree: Tree, tell: Teller, own: set[str], taken: dict[str, tuple[str, int]]
) -> None:
    line = tree.line(path)
    scheme = address.partition(":")[0].lower()
    if scheme in ("sip", "sips"):
        if not phone.SIP.fullmatch(address):
            tell("not_sip", line, path, value=address)
    elif scheme == "tel":
        _dialled(address.removeprefix(address[:4]), path, tree, tell, own)
    else:
        tell("not_address", line, path, value=address)
    party = str(path[1])
    other, first = taken.setdefault(address, (party, line))
    if other != party:
        tell("same_address", line, path, value=address, other=other, first=first)


def _dialled(written: str, path: Path, tree: Tree, tell: Teller, own: set[str]) -> None:
    """One gate for dialling out, also for the numbers in this file (design §5 rule 19)."""
    allowed = section(tree, "callbacks")
    kinds, countries = (
        [str(value) for _, value in entries(allowed[name])] if name in allowed else list(default)
        for name, default in (("numbers", CallbacksPart().numbers), ("countries", CallbacksPart().countries))
    )
    number = phone.understood(written, own)
    line = tree.line(path)
    if number.kind == "invalid":
        tell("not_phone", line, path, value=written)
    elif number.kind == "own":
        tell("own_phone", line, path, value=written)
    elif not may_dial(number.kind, number.country, kinds, countries):
        tell("phone_refused", line, path, value=written)
