"""Events with records: S3, SQS, SNS, and EventBridge. Buckets are routes of the host of pictures."""

import json

import events
import pytest
from lambda_function import LambdaFunction
from runtime_api import RuntimeAPI

KEY = "a digit+seven/\u00fc.png"


@pytest.fixture
def host(host, seven):
    host.pictures[KEY] = seven
    yield host
    del host.pictures[KEY]


def labels(prediction: dict) -> list[str]:
    return [one["label"] for one in prediction["results"]]


def test_s3_notifications(function, host):
    event = events.s3_notification(("image", "digit-7.png"), ("image", "none.png"), ("image", KEY))
    good, missing, encoded = function.api.call(event).json()["predictions"]
    assert good["uri"] == "s3://image/digit-7.png" and labels(good)[0] == "7"
    assert (missing["uri"], missing["code"]) == ("s3://image/none.png", "Function.FetchFailed")
    assert encoded["uri"].startswith("s3://image/") and labels(encoded)[0] == "7"
    # They are fetched concurrently, in no fixed order.
    assert any(path.startswith("/image/digit-7.png") for path, _ in host.requests)
    assert all("AKIDEXAMPLE" in fields["authorization"] for _, fields in host.requests)


def test_a_notification_without_any_answer_is_a_failure(function, host):
    event = events.s3_notification(("image", "none.png"), ("text", "x.png"))
    kind, sentence = function.api.call(event).error()
    assert kind == "Function.FetchFailed" and "404" in sentence


def test_object_created_by_event_bridge(function, server, host):
    answer = function.api.call(events.object_created("image", "digit-3.png"))
    uri = answer.json()["uri"]
    assert uri.startswith("s3://image/digit-3.png") and labels(answer.json())[0] == "3"
    assert answer.call == "response" and answer.body == function.api.call({"uri": uri}).body
    assert "versionId=IYV3p45BT0ac8hjHg1houSdS1a.Mro8e" in host.requests[0][0]
    # The key is literal: nothing in it is decoded.
    assert labels(function.api.call(events.object_created("image", KEY)).json())[0] == "7"


def test_event_bridge_carries_requests(function, server, host):
    request = {"uris": [host.url("image/digit-3.png")], "top_k": 1}
    answer = function.api.call(events.event_bridge("shop", "Picture Added", request))
    assert answer.body == server.invoke(json=request).content
    kind, _ = function.api.call(events.event_bridge("shop", "Picture Added", {"x": 1})).error()
    assert kind == "Function.BadRequest"


@pytest.fixture
def good(host):
    return {"uri": host.url("image/digit-7.png")}


@pytest.fixture
def bad(host):
    return {"uri": host.url("image/none.png")}


def failed(request) -> list[str]:
    """The messages that return to the queue."""
    answer = request.json()
    assert request.call == "response"
    assert [set(item) for item in answer["batchItemFailures"]] == [
        {"itemIdentifier"}] * len(answer["batchItemFailures"])
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def test_a_queue_takes_back_what_failed(function, good, bad):
    call = function.api.call
    assert failed(call(events.sqs(good, good))) == []
    assert failed(call(events.sqs(good, bad, "{", good, ""))) == [
        "message-1", "message-2", "message-4"]
    assert failed(call(events.sqs(bad))) == ["message-0"]


def test_a_fifo_queue_stops_at_the_first_failure(function, good, bad):
    assert failed(function.api.call(events.sqs(good, bad, good, good, fifo=True))) == [
        "message-1", "message-2", "message-3"]
    assert failed(function.api.call(events.sqs(good, good, fifo=True))) == []


def test_records_that_fail_are_failures_whatever_direct_events_get(host):
    nameless = events.sqs({"uri": "x"})
    del nameless["Records"][0]["messageId"]
    missing = events.s3_notification(("image", "none.png"))
    with RuntimeAPI() as api, LambdaFunction(
            api, "--direct-errors", "answer",
            env={"AWS_ENDPOINT_URL_S3": host.url("").rstrip("/")}):
        # After an answer the queue would delete its messages.
        for event in nameless, missing, events.sns("x"):
            assert api.call(event).call == "error"


def test_what_messages_may_be(function, host, good):
    notification = events.s3_notification(("image", "digit-7.png"))
    missing = events.s3_notification(("image", "none.png"))
    messages = [
        good["uri"], {"uris": [good["uri"]]}, notification, events.sns_envelope(good),
        events.sns_envelope(notification), events.object_created("image", "digit-7.png"),
        missing, events.sns_envelope(missing)]
    assert failed(function.api.call(events.sqs(*messages))) == ["message-6", "message-7"]
    assert len(host.requests) == 8


def test_a_test_event_of_s3_is_no_failure(function):
    told = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2014-10-13T15:57:02.089Z",
            "Bucket": "image", "RequestId": "5582815E1AEA5ADF", "HostId": "8cLeGAmw098X5cv4Zkwcmo8"}
    assert failed(function.api.call(events.sqs(told))) == []


def test_sns(function, server, host, good, bad):
    answer = function.api.call(events.sns(good, bad, json.dumps({"uris": [good["uri"]]})))
    one, two, three = answer.json()["predictions"]
    assert one == server.invoke(json=good).json()
    assert two["code"] == "Function.FetchFailed" and two["error"]
    assert labels(three["predictions"][0])[0] == "7"
    kind, _ = function.api.call(events.sns(bad)).error()
    assert kind == "Function.FetchFailed"


def test_s3_by_sns(function):
    event = events.sns(events.s3_notification(("image", "digit-5.png"), ("image", "digit-6.png")))
    answer = json.dumps(function.api.call(event).json())
    assert answer.index("s3://image/digit-5.png") < answer.index("s3://image/digit-6.png")


@pytest.mark.parametrize("event", [
    {"Records": [{}]}, {"Records": [7]}, {"Records": [{"eventSource": "aws:kinesis"}]},
    {"Records": [{"eventSource": "aws:s3"}]}, {"Records": [{"eventSource": "aws:s3", "s3": {}}]},
    {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": 7}}]}])
def test_damaged_records_are_failures(function, event):
    kind, sentence = function.api.call(event).error()
    assert kind == "Function.BadRequest" and sentence


@pytest.mark.parametrize("damage", [{"body": None}, {"body": 7}, {"body": "[]"}])
def test_a_damaged_message_goes_back(function, good, damage):
    event = events.sqs(good, good)
    event["Records"][1] |= damage
    assert failed(function.api.call(event)) == ["message-1"]


def test_the_messages_of_a_batch_are_worked_on_at_the_same_time(api, host):
    """Also in the smallest function: one worker does not mean one fetch."""
    uris = [{"uri": host.url("slow/digit-7.png")} for _ in range(16)]
    with LambdaFunction(api, "--workers", "1"):
        invocation = api.invoke(events.sqs(*uris))
        assert host.wait_for(lambda: host.hanging == 16), f"only {host.hanging} fetches at once"
        host.released.set()
        assert failed(invocation.wait()) == []


def test_pipes_send_the_records_alone(function, good, bad):
    assert failed(function.api.call(events.sqs(good, bad, good)["Records"])) == ["message-1"]
    kind, sentence = function.api.call([{"eventSource": "aws:kinesis"}]).error()
    assert kind == "Function.BadRequest" and "aws:kinesis" in sentence


def test_many_messages_at_once(function, host):
    uris = [{"uri": host.url(f"image/digit-{number % 10}.png")} for number in range(300)]
    assert failed(function.api.call(events.sqs(*uris))) == []
    assert len(host.requests) == 300
