"""What both ways look at: pages that are right and wrong, and an open port. `python -m ... PAGES_PORT TCP_PORT`."""

from __future__ import annotations

import asyncio
import sys

MARKER = "ลงชื่อเข้าใช้"
GOOD = f"<!DOCTYPE html><html lang=th><title>{MARKER}</title><h1>{MARKER}</h1>{'<p>.</p>' * 200}</html>"
ANSWERS = {"/down": ("503 Service Unavailable", "try later"), "/wrong": ("200 OK", "<h1>It works!</h1>")}


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer one request, and close."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, text = ANSWERS.get(head.split(" ", 2)[1], ("200 OK", GOOD))
        body = text.encode()
        lines = (
            f"HTTP/1.1 {status}",
            f"Content-Length: {len(body)}",
            "Content-Type: text/html; charset=utf-8",
            "Connection: close",
        )
        writer.write("\r\n".join((*lines, "", "")).encode() + body)
        await writer.drain()
    except (ConnectionError, asyncio.IncompleteReadError):
        return
    finally:
        writer.close()


async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take a connection, until the other side goes."""
    await reader.read()
    writer.close()


async def serve(pages_port: int, tcp_port: int) -> None:
    """Serve until the process is ended."""
    pages = await asyncio.start_server(answer, "127.0.0.1", pages_port, backlog=1000)
    port = await asyncio.start_server(take, "127.0.0.1", tcp_port, backlog=1000)
    print("ready", flush=True)
    async with pages, port:
        await asyncio.gather(pages.serve_forever(), port.serve_forever())


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
