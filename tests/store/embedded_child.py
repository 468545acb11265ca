"""A process for the tests of the embedded server: starts or shares it, then writes numbered rows until it is stopped.

Lines on standard output: `ready PID SHARED`, then each number once its row is committed.
"""

import asyncio
import sys
import time
from pathlib import Path

import asyncpg

from app.store import embedded


async def main(directory: Path, task: str) -> None:
    server = await embedded.start(directory)
    print("ready", server.pid, server.shared, flush=True)
    if task == "hang":                      # never reaps: what dies under it stays a zombie
        time.sleep(600)
    if task == "wait":
        await asyncio.sleep(600)
    pool = await asyncpg.create_pool(server.url, min_size=1, max_size=1)
    await pool.execute("CREATE TABLE IF NOT EXISTS written (n bigserial PRIMARY KEY)")
    while True:
        try:
            print(await pool.fetchval("INSERT INTO written DEFAULT VALUES RETURNING n"), flush=True)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    from app import logs

    logs.configure("error", stream=sys.stderr.buffer)
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
