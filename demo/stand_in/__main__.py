"""Starts the stand-in: `python -m demo.stand_in --port 8765`, then point any OpenAI client at the address it prints."""

import argparse
import asyncio
import contextlib

from aiohttp import web

from demo.stand_in.server import StandIn
from demo.stand_in.switches import Switches, add_switches, switches_from

_HOST = "127.0.0.1"
_BACKLOG = 1024
_GOODBYE_SECONDS = 0.5


def main() -> None:
    """Serves until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m demo.stand_in",
        description="An OpenAI-compatible server that labels by counting shared words. It is not a language model.",
        epilog="Example: python -m demo.stand_in --port 8765 --latency-ms 200 --rate-limited 0.05",
    )
    parser.add_argument("--port", type=int, default=8765, help="0 picks a free one (default: 8765)")
    add_switches(parser)
    options = parser.parse_args()
    try:
        switches = switches_from(options)
    except ValueError as error:
        parser.error(str(error))
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(switches, options.port))
    except OSError as error:
        parser.exit(
            1, f"Can't listen on port {options.port} ({error.strerror}): choose another --port, or 0 for a free one.\n"
        )


async def serve(switches: Switches, port: int) -> None:
    """Serves on `port` of this machine alone until cancelled; says where once it is ready."""
    app = StandIn(switches).app()
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=_GOODBYE_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, _HOST, port, backlog=_BACKLOG).start()
        print(f"stand-in listening on http://{_HOST}:{runner.addresses[0][1]}/v1", flush=True)
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    main()
