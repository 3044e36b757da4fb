"""Messages between the trusted side and a session: plain data, with their length before them."""

from __future__ import annotations

import socket
import struct

from autograder.inside import plain

FRAME = struct.Struct("!I")


def send(channel: socket.socket, message) -> None:
    """One length-prefixed message."""
    data = plain.encode(message)
    if len(data) > plain.MAX_BYTES:
        about = {"id": message.get("id"), "error": message.get("error")}
        data = plain.encode({**about, "failed": "memory", "outputs": []})
    channel.sendall(FRAME.pack(len(data)) + data)


def receive(channel: socket.socket):
    """The next message, or None when the other side has closed."""
    header = _exactly(channel, FRAME.size)
    if header is None:
        return None
    body = _exactly(channel, FRAME.unpack(header)[0])
    return None if body is None else plain.decode(body)


def _exactly(channel, count: int) -> bytes | None:
    chunks = []
    while count:
        chunk = channel.recv(min(count, 1 << 20))
        if not chunk:
            return None
        chunks.append(chunk)
        count -= len(chunk)
    return b"".join(chunks)
