"""A host of one picture that answers after a delay: `image_host.py PICTURE DELAY_MS [PACE_MS]`.

With a pace, it sends a byte of the picture at a time. It uses asyncio, because hundreds of answers wait
at the same time. It keeps connections open, and prints its port.
"""

import asyncio
import sys


async def serve(picture, delay, pace):
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: {len(picture)}\r\n\r\n"
    ).encode()

    async def connection(reader, writer):
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(delay)
                if pace is None:
                    writer.write(head + picture)
                    continue
                writer.write(head)
                for byte in picture:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(pace)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connection, "127.0.0.1", 0, backlog=4096)
    print("port", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        delay, *pace = (float(text) / 1000 for text in sys.argv[2:])
        asyncio.run(serve(file.read(), delay, pace[0] if pace else None))
