"""Whether a webhook really comes from the platform: checked with its SDK over what was on the wire (providers §3)."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest
from urllib.parse import parse_qs, urlsplit

from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from app.providers.base import Hook, NotAuthentic
from app.settings import Secret, is_loopback

MOST_FIELDS = 200
ALGORITHMS = (HMAC_SHA1, HMAC_SHA256)
"""Others are refused here: the SDK would write what a stranger sent to the log."""
FORM = "application/x-www-form-urlencoded"


class Fields(dict[str, list[str]]):
    """A form with its repeated keys kept: a plain dict would lose them, and the signature with them."""

    def getall(self, name: str) -> list[str]:
        """Every value of this key; of the names by which the SDK asks for them the one it tries first."""
        return self[name]

    def one(self, name: str) -> str:
        """The first value of this key, or an empty string."""
        return self[name][0] if name in self else ""


class Door:
    """Opens for webhooks signed with one of the tokens over the public address; shut when there is no token."""

    def __init__(self, public_url: str, place: str, tokens: Sequence[Secret]) -> None:
        """`place` is `/hooks/{centre}/{provider}/`, where our webhooks begin."""
        self.public = public_url.partition("#")[0].rstrip("/")
        self.place = place
        self.validators = [RequestValidator(token.reveal()) for token in tokens if token.reveal()]

    def open(self, hook: Hook) -> Fields:
        """The fields of an authentic webhook: those of the form, or of the query when there is no form.

        Raises NotAuthentic. A JSON body is never read, only its digest in the signed query is compared.
        """
        if not self.validators:
            raise NotAuthentic("No auth token is configured, so no webhook can be authentic.")
        signature = hook.headers.get(SIGNATURE_HEADER.lower(), "")
        if not signature:
            raise NotAuthentic(f"The header {SIGNATURE_HEADER} is missing.")
        url = self.url(hook)
        params = self._signed(hook)
        algorithm = get_signature_algorithm(hook.headers.get(SIGNATURE_SETTINGS_HEADER.lower(), ""))
        if algorithm.upper() not in ALGORITHMS:
            raise NotAuthentic(f"{SIGNATURE_SETTINGS_HEADER} names an algorithm that is not known here.")
        if not any(_fits(validator, url, params, signature, algorithm) for validator in self.validators):
            fields = f"{len(params)} form fields" if isinstance(params, Fields) else "the digest of the body"
            raise NotAuthentic(
                f"{SIGNATURE_HEADER} differs; compared over {url.partition('?')[0]}, its query and {fields}. "
                "Is WARMLIJN_PUBLIC_URL exactly the address the platform was given?"
            )
        return params if isinstance(params, Fields) and params else query(hook)

    def url(self, hook: Hook) -> str:
        """The address the platform called: ours as configured, then the raw path and query, nothing decoded.

        Never the Host header: anybody can write one. What a proxy put before `/hooks/` is in the configured address.
        """
        _, mark, rest = hook.raw_path.decode("latin-1").partition("/hooks/")
        address = f"{self.public}{mark}{rest}" if mark else f"{self.public}{self.place}{hook.path}"
        return f"{address}?{hook.query.decode('latin-1')}" if hook.query else address

    def _signed(self, hook: Hook) -> Fields | str:
        """What is signed besides the address: the form, or the text of another body."""
        try:
            body = hook.body.decode()
            if body and not hook.headers.get("content-type", FORM).lower().startswith(FORM):
                if not query(hook).one("bodySHA256"):
                    raise NotAuthentic("The body is not a form, and the signed address holds no bodySHA256 of it.")
                return body
            return Fields(parse_qs(body, keep_blank_values=True, max_num_fields=MOST_FIELDS))
        except (UnicodeDecodeError, ValueError):
            raise NotAuthentic("The body is no form that could have been signed.") from None


def _fits(validator: RequestValidator, url: str, params: Fields | str, signature: str, algorithm: str) -> bool:
    """Almost always the address is signed as it is configured; the SDK's own check looks with and without a port."""
    if isinstance(params, Fields):
        exact: str = validator.compute_signature(url, params, algorithm)
        if compare_digest(exact.encode(), signature.encode()):
            return True
    fits: bool = validator.validate(url, params, signature, algorithm)
    return fits


def query(hook: Hook) -> Fields:
    """The fields of the address."""
    try:
        text = hook.query.decode("ascii")
        return Fields(parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except (UnicodeDecodeError, ValueError):
        return Fields()


def self_test(door: Door) -> tuple[str, ...]:
    """Sign a webhook as the platform would and open the door for it; the sentences say what an admin must look at.

    Raises NotAuthentic when not even our own signature is accepted: then no call would ever be.
    """
    if not door.validators:
        return ("No auth token is configured: every webhook of this platform is refused.",)
    form = Fields({"CallSid": ["CA0"], "From": ["+31612345678"]})
    signature = door.validators[0].compute_signature(f"{door.public}{door.place}voice?a=%20", form)
    headers = {"content-type": FORM, SIGNATURE_HEADER.lower(): signature}
    body = b"CallSid=CA0&From=%2B31612345678"
    door.open(Hook("", "POST", "voice", b"a=%20", headers, body, f"{door.place}voice".encode()))
    public = door.public
    parts = urlsplit(public)
    told = []
    if is_loopback(parts.hostname or ""):
        told.append(f"{public} is this machine itself: no platform elsewhere can call it or fetch its music.")
    elif parts.scheme != "https":
        told.append(f"{public} is not https: signatures will not match when the platform calls over https.")
    if parts.path:
        told.append(
            f"{public} has the path {parts.path}: signatures are checked with that path before {door.place}, so the "
            "platform must be given addresses with it, and the proxy must pass on all that follows it unchanged."
        )
    if parts.query:
        told.append(f"{public} holds a query: no signature will match. Leave it out.")
    return tuple(told)
