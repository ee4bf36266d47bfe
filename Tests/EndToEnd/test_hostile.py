"""Requests that brought the predecessor down (docs/rulings.md#the-predecessor: its server hung, took 19 GB
or was killed) must get a small 4xx here, with the server unharmed and its memory bounded.

The tests check which limit refused the request, how much was sent by then, and the peak of the memory.
`benchmarks/images/hostile.py` measures the time.
"""

import base64
import json

import pytest
from hostile_pictures import (
    encoded, gray_jpeg, jpeg_header, many_scans_jpeg, one_bit_png, png, text_bomb_png)
from image_host import HUGE_BYTES
from PIL import Image
from raw_client import RawClient

JSON = "application/json"
UNDECODABLE = (422, "Function.ImageUndecodable")
TOO_LARGE = (413, "Function.ImageTooLarge")


@pytest.fixture(autouse=True)
def bounded(unharmed):
    """Bounds the memory, in MiB, that a test leaves in use, and its peak."""
    before = unharmed.memory_mib()
    unharmed.forget_peak()
    yield
    assert unharmed.memory_mib() < before + 100
    assert unharmed.memory_mib("VmHWM") < 600


@pytest.fixture
def frugal(unharmed):
    """The peak of memory hardly rises: no pixel that a header promises is allocated."""
    unharmed.forget_peak()
    before = unharmed.memory_mib()
    yield
    assert unharmed.memory_mib("VmHWM") < before + 16


@pytest.mark.parametrize("width,height", [
    (60_000, 60_000), (2**31 - 1, 2**31 - 1), (30_000, 12_000), (64_000_001, 1), (8001, 8000)])
def test_a_header_of_a_giant(server, frugal, width, height):
    """The predecessor took 19 GB for seventy bytes."""
    answer = server.invoke(png(width, height, b""), "image/png")
    expected = {TOO_LARGE, UNDECODABLE} if max(width, height) > 10**6 else {TOO_LARGE}
    assert (answer.status_code, answer.json()["code"]) in expected
    # Without even an empty data chunk, both are true.
    answer = server.invoke(png(width, height, None), "image/png")
    assert (answer.status_code, answer.json()["code"]) in {TOO_LARGE, UNDECODABLE}


def test_a_jpeg_header_of_a_giant(server, frugal):
    answer = server.invoke(jpeg_header(60_000, 60_000), "image/jpeg")
    assert (answer.status_code, answer.json()["code"]) == TOO_LARGE


def test_a_bomb_of_kilobytes(server, frugal):
    answer = server.invoke(one_bit_png(16_000, 16_000), "image/png")
    assert (answer.status_code, answer.json()["code"]) == TOO_LARGE


def test_the_largest_picture_that_is_allowed(server):
    assert server.invoke(one_bit_png(8000, 8000), "image/png").status_code == 200


def test_a_header_without_data(server):
    answer = server.invoke(png(7000, 7000, None), "image/png")
    assert (answer.status_code, answer.json()["code"]) == UNDECODABLE


def test_data_for_more_rows_than_there_are(server):
    answer = server.invoke(png(8, 8, bytes(50_000_000)), "image/png")
    assert answer.status_code in (200, 422)


def test_a_text_of_two_hundred_megabytes_in_a_picture(server, frugal, seven):
    assert server.invoke(text_bomb_png(seven), "image/png").status_code in (200, 422)


def test_a_progressive_picture_of_two_thousand_scans(server):
    answer = server.invoke(many_scans_jpeg(2000), "image/jpeg")
    assert (answer.status_code, answer.json()["code"]) == UNDECODABLE
    # Decoding stopped there; three quarters of the picture were not decoded.
    assert answer.json()["error"] == "the JPEG picture has more than 500 scans"


PICTURE = Image.linear_gradient("L").convert("RGB")


@pytest.mark.parametrize("body,named", [
    (encoded(PICTURE, "GIF")[:200], "GIF"), (encoded(PICTURE, "BMP")[:200], "BMP"),
    (encoded(PICTURE, "TIFF")[:200], "TIFF"), (b"\0", None), (b"<html></html>", "HTML"),
    (b"%PDF-1.7\n", "PDF"), (b"\xff\xd8", None), (b"\x89PNG\r\n\x1a\n", None),
    (b"RIFF\xff\xff\xff\xffWEBPVP8 ", None), (bytes(range(256)) * 100, None),
    (encoded(PICTURE, "PNG")[:-200], None), (encoded(PICTURE, "PNG")[:40], None),
    (encoded(PICTURE, "JPEG")[:-500], None), (encoded(PICTURE, "WEBP")[:-50], None),
    (encoded(PICTURE, "PNG").replace(b"IDAT", b"IDAX", 1), None)])
def test_what_is_no_whole_picture(server, body, named):
    answer = server.invoke(body, "image/png")
    assert (answer.status_code, answer.json()["code"]) == UNDECODABLE
    if named:
        assert named in answer.json()["error"]


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF"])
def test_other_formats_are_answered_as_png_is(server, form):
    palette = PICTURE.quantize(64) if form == "GIF" else PICTURE
    body, same = encoded(palette, form), encoded(palette, "PNG")
    assert server.invoke(body, "image/png").text == server.invoke(same, "image/png").text


def test_an_empty_body(server):
    answer = server.invoke(b"", "image/png")
    assert (answer.status_code, answer.json()["code"]) in [(400, "Function.BadRequest"), UNDECODABLE]


def test_every_truncation_of_a_picture(server, seven):
    with RawClient(server.port) as client:
        for length in range(1, len(seven) - 12, 23):
            client.request("POST", "/invocations", seven[:length], {"Content-Type": "image/png"})
            assert client.answer().status == 422, length


def test_flipped_bytes_never_harm(server, seven):
    import random
    generator = random.Random(20261122)
    pictures = [seven, encoded(PICTURE, "JPEG"), encoded(PICTURE, "WEBP"),
                encoded(PICTURE, "JPEG", progressive=True)]
    with RawClient(server.port) as client:
        for round in range(300):
            broken = bytearray(pictures[round % len(pictures)])
            for _ in range(generator.randint(1, 8)):
                broken[generator.randrange(len(broken))] = generator.randrange(256)
            client.request("POST", "/invocations", bytes(broken), {"Content-Type": "image/png"})
            assert client.answer().status in (200, 413, 422), f"round {round}"


@pytest.mark.parametrize("path", ["huge", "huge/known"])
def test_an_origin_of_three_hundred_megabytes(server, host, path):
    """The predecessor kept 600 MB for good."""
    answer = server.invoke(json={"uri": host.url(path)})
    assert (answer.status_code, answer.json()["code"]) == (424, "Function.FetchFailed")
    assert host.sent < HUGE_BYTES / 4


def test_a_body_of_two_hundred_megabytes(server):
    head = ("POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
            f"Content-Length: {200 << 20}\r\n\r\n")
    # The answer comes before a byte of the body is sent.
    with RawClient(server.port) as client:
        client.send(head)
        answer = client.answer()
        assert answer.status == 413 and answer.closes and client.closed()
    with RawClient(server.port) as client:
        client.send(head)
        try:
            for _ in range(200):
                client.send(bytes(1 << 20))
        except OSError:
            pass
        try:
            assert client.answer().status == 413
        except (ConnectionError, EOFError):
            # It went on sending into a closed connection: the answer may be lost to the reset.
            pass


def test_an_endless_chunked_body(server):
    with RawClient(server.port) as client:
        client.send("POST /invocations HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n")
        # The server reads on for a moment, so that the client can read the answer, and then closes the
        # connection. If it stopped reading and did not close, this would be a TimeoutError.
        with pytest.raises(ConnectionError):
            while True:
                client.send(b"100000\r\n" + bytes(1 << 20) + b"\r\n")
        try:
            assert client.answer().status == 413
        except (ConnectionError, EOFError):
            pass


@pytest.mark.parametrize("body", [
    b"[" * 1_000_000, b'{"a":' * 500_000, b'{"uri": "' + b"a" * 5_000_000 + b'"}',
    b'{"uri": "http://' + b"a" * 100_000 + b'/"}', b'{"uri": ' + b"1" * 1_000_000 + b"}",
    b'{"top_k": 1e999999, "uri": "data:,x"}', b'{"uris": [' + b'"",' * 200_000 + b'""]}',
    b'{"instances": [' + b"{}," * 200_000 + b"{}]}",
    b'{"uri": "data:image/png;base64,' + b"A" * 5_000_001 + b'"}', b"\xf0\x9f" * 1000])
def test_hostile_json(server, body):
    answer = server.invoke(body, JSON)
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == {"error", "code"}
    assert len(answer.content) < 1000, "an error repeats its input"


def test_a_picture_as_base64_bomb_is_an_item_error(server):
    bomb = base64.b64encode(one_bit_png(16_000, 16_000)).decode()
    answer = server.invoke(json.dumps({"instances": [{"b64": bomb}] * 20}).encode(), JSON)
    assert {one["code"] for one in answer.json()["predictions"]} == {"Function.ImageTooLarge"}


def test_large_pictures_at_once_stay_bounded(server):
    from concurrent.futures import ThreadPoolExecutor
    picture = gray_jpeg(7000, 7000)
    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(
            lambda _: server.invoke(picture, "image/jpeg").status_code, range(24)))
    assert set(statuses) <= {200, 503} and 200 in statuses
