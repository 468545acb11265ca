"""The example of the page works as it stands: what its shell lines sign is taken."""

import asyncio
import re
from pathlib import Path
from typing import Any, get_args

from app.providers.base import Hook
from app.providers.demo.server import serving
from app.providers.generic import Generic
from app.providers.generic.commands import Degrade, WireCommand
from tests.core.policies import policy
from tests.providers.pbx_side import SECRET

PAGE = Path(__file__).parents[2] / "docs/howto/any-pbx.md"


def example() -> str:
    (block,) = (
        block for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(), re.DOTALL) if "openssl dgst" in block
    )
    return str(block)


async def test_the_shell_example_signs_an_event_that_is_taken() -> None:
    pbx = Generic("gemeente", [SECRET])
    taken: list[Any] = []

    async def service(scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        hook = Hook("gemeente", "POST", scope["path"].rpartition("/")[2], b"", headers, body)
        taken.extend(pbx.read(hook, policy()))
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with serving(service) as url:
        environment = {"GENERIC_SECRET": SECRET, "WARMLIJN_URL": url, "PATH": "/usr/bin:/bin"}
        run = await asyncio.create_subprocess_exec("bash", "-euc", example(), env=environment)
        assert await run.wait() == 0
    (arrival,) = taken
    assert arrival.event.dialled == "140123"


def test_the_commands_of_the_page_are_those_of_the_wire() -> None:
    named = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text(), re.MULTILINE)) - {"do"}
    assert named == {kind.__struct_config__.tag for kind in (*get_args(WireCommand), Degrade)}
