"""HTTP clients for what wrk can't do: requests at a fixed rate, and the latency of each answer.

Open loop: a request is sent when it is due, whether or not earlier ones are answered, so that a slow
server gets no fewer requests. One asyncio thread, for a few thousand requests a second.
"""

import asyncio
import time


class Outcome:
    """Latencies in seconds by status; requests that got no answer."""

    def __init__(self):
        self.latencies, self.lost = {}, 0

    def count(self, status):
        return len(self.latencies.get(status, []))


def percentile(values, percent):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * percent / 100))] if values else 0.0


class _Connection(asyncio.Protocol):
    """Sends one request at a time; reads heads with Content-Length."""

    def __init__(self, pool, outcome):
        self.pool, self.outcome = pool, outcome
        self.received, self.sent, self.transport = b"", None, None

    def connection_made(self, transport):
        self.transport = transport
        self.pool.append(self)

    def send(self, request):
        self.sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, data):
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        mark = self.received.lower().find(b"content-length: ") + len("content-length: ")
        length = int(self.received[mark:self.received.index(b"\r", mark)])
        if len(self.received) < end + 4 + length:
            return
        status = int(self.received[9:12])
        self.outcome.latencies.setdefault(status, []).append(time.perf_counter() - self.sent)
        self.received, self.sent = b"", None
        self.pool.append(self)

    def connection_lost(self, error):
        if self.sent is not None:
            self.outcome.lost += 1
        if self in self.pool:
            self.pool.remove(self)


async def _offer(port, request, rate, seconds, connections):
    loop, pool, outcome = asyncio.get_running_loop(), [], Outcome()
    for _ in range(connections):
        await loop.create_connection(lambda: _Connection(pool, outcome), "127.0.0.1", port)
    start, sent = time.perf_counter(), 0
    while (now := time.perf_counter() - start) < seconds:
        while sent < now * rate:
            # All connections wait for answers. The request counts as sent and lost.
            if pool:
                pool.pop().send(request)
            else:
                outcome.lost += 1
            sent += 1
        await asyncio.sleep(0.001)
    await asyncio.sleep(1)
    return outcome


def offer(port, seconds, *streams):
    """Offers streams of requests, each as (bytes, rate a second, connections), at the same time.

    Returns their outcomes. Each request has a connection of its own while it waits.
    """
    async def together():
        return await asyncio.gather(*[
            _offer(port, request, rate, seconds, connections)
            for request, rate, connections in streams])
    return asyncio.run(together())


def post(path, kind, body):
    """The bytes of a POST."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n").encode() + body
