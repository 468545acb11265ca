"""`warmlijn serve` as an administrator starts it: one process, its own database, and a clean end."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from app.providers.demo.server import free_port


@pytest.mark.slow
async def test_the_service_starts_answers_and_stops(server_directory: Path) -> None:
    port, data = free_port(), server_directory / "served" / "database"
    data.parent.mkdir(mode=0o711)
    environment = {
        **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "TEST_DATABASE_URL")},
        "WARMLIJN_PORT": str(port), "WARMLIJN_DATA_DIR": str(data), "WARMLIJN_CENTRE": "voorbeeldstad",
        "GENERIC_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwWlIoDPGLw2s=",
    }
    pipe = asyncio.subprocess.PIPE
    run = (sys.executable, "-m", "app")
    process = await asyncio.create_subprocess_exec(*run, "serve", env=environment, stdout=pipe, stderr=pipe)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
            await ready(client, process)
            adding = await asyncio.create_subprocess_exec(
                *run, "user", "add", "bart", "--role", "agent", "--agent", "bart", env=environment, stdout=pipe
            )
            said, _ = await adding.communicate()
            token = said.decode().split()[-1]
            bart = {"Authorization": f"Bearer {token}"}
            assert (await client.get("/api/v1/me/presence", headers=bart)).json()["state"] == "logged_off"
            on = await client.put("/api/v1/me/presence", json={"state": "ready"}, headers=bart)
            assert (on.status_code, on.headers["api-version"], on.json()["state"]) == (200, "1.0.0", "ready")
            assert "server" not in on.headers
            again = await client.put("/api/v1/me/presence", json={"state": "ready"}, headers=bart)
            assert (again.status_code, again.json()["instance"]) == (409, "/api/v1/me/presence")
            assert (await client.get("/api/v1/openapi.json")).json()["openapi"].startswith("3.")
            assert (await client.get("/api/v1/me/presence")).status_code == 401
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode in (0, -signal.SIGTERM), err
    assert b"Traceback" not in out + err
    assert token.encode() not in out + err
    assert (data.parent / "person.key").stat().st_mode & 0o777 == 0o600


async def ready(client: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
    """Until it says so itself."""
    for _ in range(600):
        assert process.returncode is None, await process.communicate()
        try:
            if (await client.get("/health/ready")).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.1)
    raise TimeoutError("not ready within a minute")
