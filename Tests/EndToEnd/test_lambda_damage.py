"""Every kind of event with parts replaced, left out or repeated: all are answered."""

import base64
import copy
import json
from random import Random

import events
import pytest
from envelopes import opened

ODD_VALUES = [None, True, 0, -1, 1e300, "", "x", "\0", "%", "\u00fc" * 3, "a" * 70_000, [], {}, [[]],
              [None], {"": {}}, "2.0", "aws:s3", "http://127.0.0.1:9/x", [{"eventSource": "aws:sqs"}]]


@pytest.mark.parametrize("damage", [
    {"rawPath": 7}, {"headers": []}, {"headers": {"content-type": 3}}, {"body": {}},
    {"isBase64Encoded": "yes"}, {"requestContext": {"http": {}}}, {"rawQueryString": None},
    {"headers": {"bad name\r\n": "x"}}, {"headers": {"x": "a\r\nb: c"}}, {"rawPath": "no slash"}])
def test_damaged_http_events_are_answered(function, damage):
    event = events.function_url("POST", "/invocations", b"{}", "application/json") | damage
    answer = function.api.call(event)
    if answer.call == "response":
        assert 400 <= opened(answer.body).status < 500
    else:
        assert answer.error()[0] == "Function.BadRequest"


def places(value, path=()):
    """The path of every value in an event."""
    yield path
    pairs = value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()
    for key, child in pairs:
        yield from places(child, (*path, key))


def damaged(event, random):
    """A copy with one to three places damaged."""
    event = json.loads(json.dumps(event))
    for _ in range(random.randint(1, 3)):
        path = random.choice(list(places(event)))
        if not path:
            return random.choice(ODD_VALUES)
        parent = event
        for key in path[:-1]:
            parent = parent[key]
        choice = random.randrange(4)
        if choice == 0:
            del parent[path[-1]]
        elif choice == 1 and type(parent) is list:
            parent *= random.randint(2, 30)
        else:
            parent[path[-1]] = copy.deepcopy(random.choice(ODD_VALUES))
    return event


def test_damaged_events_are_all_answered(function, seven):
    seed = Random().randrange(1 << 32)
    print("seed", seed)
    random = Random(seed)
    body = json.dumps({"instances": [{"b64": base64.b64encode(seven).decode()}]}).encode()
    good = [events.function_url("POST", "/invocations", body, "application/json", query="top_k=2"),
            events.rest_api("POST", "/invocations", seven, {"Content-Type": "image/png"}, binary=True,
                            query={"top_k": ["1"]}),
            events.load_balancer("POST", "/invocations", body, {"content-type": "application/json"}),
            events.load_balancer("GET", "/ping", multi_value=True, query={"a": "b"}),
            events.s3_notification(("text", "x.png"), ("image", "digit-1.png")),
            events.sqs(json.loads(body), events.sns_envelope(json.loads(body)), fifo=True),
            events.sns(json.loads(body)), events.object_created("image", "digit-1.png"),
            json.loads(body), {"warmup": True}]
    told = [function.api.invoke(damaged(good[number % len(good)], random)) for number in range(1000)]
    for one in told:
        answer = one.wait()
        answer.json() if answer.call == "response" else answer.error()
