"""The events of AWS services as their documentation shows them, with all their fields.

Each function fills in the tested members and leaves the rest as documented. Sources: Lambda's
developer guide (urls-invocation, services-alb, with-s3, with-sqs, with-sns), API Gateway's guide
(set-up-lambda-proxy-integrations), VPC Lattice's (lambda-functions), S3's guide (ev-events). The
module reads no answers.
"""

from __future__ import annotations

import base64
import json
import urllib.parse

ACCOUNT = "123456789012"
REGION = "eu-central-1"


def text_and_flag(body: bytes | None, binary: bool) -> dict:
    if body is None:
        return {"body": None, "isBase64Encoded": False}
    text = base64.b64encode(body).decode() if binary else body.decode()
    return {"body": text, "isBase64Encoded": binary}


def function_url(method: str, path: str, body: bytes | None = None, content_type: str | None = None,
                 *, query: str = "", binary: bool = False, headers: dict | None = None) -> dict:
    """Lambda function URL and HTTP API, payload format 2.0."""
    fields = {
        "sec-fetch-mode": "navigate", "x-amzn-tls-version": "TLSv1.2", "accept": "*/*",
        "x-forwarded-proto": "https", "x-forwarded-port": "443", "x-forwarded-for": "192.0.2.1",
        "x-amzn-trace-id": "Root=1-63e24e9c-6d0dfa7a2b0d7b0f2d6b3c4d",
        "x-amzn-tls-cipher-suite": "ECDHE-RSA-AES128-GCM-SHA256",
        "host": "abcdefg.lambda-url.eu-central-1.on.aws", "user-agent": "curl/7.88.1"}
    if content_type is not None:
        fields["content-type"] = content_type
    if body is not None:
        fields["content-length"] = str(len(body))
    event = {
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
        "cookies": ["cookie1", "cookie2=x"], "headers": fields | (headers or {}),
        "requestContext": {
            "accountId": "anonymous", "apiId": "abcdefg", "authentication": None,
            "authorizer": {"iam": {"accessKey": "AKIA", "accountId": ACCOUNT, "callerId": "AIDA",
                                   "cognitoIdentity": None, "principalOrgId": None,
                                   "userArn": f"arn:aws:iam::{ACCOUNT}:user/x", "userId": "AIDA"}},
            "domainName": "abcdefg.lambda-url.eu-central-1.on.aws", "domainPrefix": "abcdefg",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1",
                     "sourceIp": "192.0.2.1", "userAgent": "curl/7.88.1"},
            "requestId": "e1506fd5-9e7b-434f-bd42-4f8fa224b599", "routeKey": "$default",
            "stage": "$default", "time": "07/Feb/2023:13:14:04 +0000", "timeEpoch": 1675775644123},
        "pathParameters": None, "stageVariables": None}
    if query:
        event["queryStringParameters"] = {
            name: ",".join(values)
            for name, values in urllib.parse.parse_qs(query, keep_blank_values=True).items()}
    return event | ({} if body is None else text_and_flag(body, binary))


def rest_api(method: str, path: str, body: bytes | None = None, headers: dict | None = None, *,
             query: dict[str, list[str]] | None = None, binary: bool = False) -> dict:
    """API Gateway REST API and HTTP API, payload format 1.0; header values may be lists."""
    many = {"Accept": ["*/*"], "Host": ["70ixmpl4fl.execute-api.eu-central-1.amazonaws.com"],
            "User-Agent": ["Mozilla/5.0"],
            "X-Amzn-Trace-Id": ["Root=1-5e66d96f-7491f09xmpl79d18acf3d050"],
            "X-Forwarded-For": ["52.255.255.12, 10.0.0.1"], "X-Forwarded-Port": ["443"],
            "X-Forwarded-Proto": ["https"]}
    for name, value in (headers or {}).items():
        many[name] = value if isinstance(value, list) else [value]
    return {
        "resource": "/{proxy+}", "path": path, "httpMethod": method,
        "headers": {name: values[-1] for name, values in many.items()}, "multiValueHeaders": many,
        "queryStringParameters": query and {name: values[-1] for name, values in query.items()},
        "multiValueQueryStringParameters": query,
        "pathParameters": {"proxy": path.lstrip("/")}, "stageVariables": None,
        "requestContext": {
            "resourceId": "2gxmpl", "resourcePath": "/{proxy+}", "httpMethod": method,
            "extendedRequestId": "JJbxmplHYosFVYQ=", "requestTime": "10/Mar/2020:00:03:59 +0000",
            "path": "/Prod" + path, "accountId": ACCOUNT, "protocol": "HTTP/1.1", "stage": "Prod",
            "domainPrefix": "70ixmpl4fl", "requestTimeEpoch": 1583798639428,
            "requestId": "77375676-xmpl-4b79-853a-f982474efe18",
            "identity": {"cognitoIdentityPoolId": None, "accountId": None, "cognitoIdentityId": None,
                         "caller": None, "sourceIp": "52.255.255.12", "principalOrgId": None,
                         "accessKey": None, "cognitoAuthenticationType": None,
                         "cognitoAuthenticationProvider": None, "userArn": None,
                         "userAgent": "Mozilla/5.0", "user": None},
            "domainName": "70ixmpl4fl.execute-api.eu-central-1.amazonaws.com",
            "apiId": "70ixmpl4fl"},
        **text_and_flag(body, binary)}


def load_balancer(method: str, path: str, body: bytes = b"", headers: dict | None = None, *,
                  query: dict[str, str] | None = None, binary: bool = False,
                  multi_value: bool = False) -> dict:
    """Application Load Balancer; `query` is still URL-encoded, as the service leaves it."""
    fields = {"accept": "*/*", "host": "lambda-846800462-us-east-2.elb.amazonaws.com",
              "user-agent": "curl/7.88.1",
              "x-amzn-trace-id": "Root=1-5bdb40ca-556d8b0c50dc66f0511bf520",
              "x-forwarded-for": "72.12.164.125", "x-forwarded-port": "80",
              "x-forwarded-proto": "http"} | (headers or {})
    event = {"requestContext": {"elb": {"targetGroupArn":
        f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/lambda/49e9d65c45c6791a"}},
        "httpMethod": method, "path": path, **text_and_flag(body, binary)}
    if multi_value:
        event["multiValueHeaders"] = {name: [value] for name, value in fields.items()}
        event["multiValueQueryStringParameters"] = {n: [v] for n, v in (query or {}).items()}
    else:
        event["headers"] = fields
        event["queryStringParameters"] = query or {}
    return event


def lattice(method: str, path: str, body: bytes = b"", headers: dict | None = None, *,
            query: dict[str, list[str]] | None = None) -> dict:
    """VPC Lattice, version 2 of its events; `query` is still URL-encoded."""
    fields = {"host": ["digits-0a1b.7d67968.vpc-lattice-svcs.eu-central-1.on.aws"],
              "user-agent": ["curl/8.5.0"], "accept": ["*/*"], "x-forwarded-for": ["10.0.1.2"]}
    arn = f"arn:aws:vpc-lattice:{REGION}:{ACCOUNT}:"
    return {
        "version": "2.0", "path": path, "method": method,
        "headers": fields | {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": query or {}, **text_and_flag(body, True),
        "requestContext": {
            "serviceNetworkArn": arn + "servicenetwork/sn-0bf3f2882e9cc805a",
            "serviceArn": arn + "service/svc-0a40eebed65f8d69c",
            "targetGroupArn": arn + "targetgroup/tg-6d0ecf831eec9f09",
            "identity": {"sourceVpcArn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-0b8276c84697"},
            "region": REGION, "timeEpoch": "1690497599177177"}}


def s3_notification(*objects: tuple[str, str], version: str | None = None) -> dict:
    """S3's own notification of created objects, (bucket, key) each."""
    def record(bucket: str, key: str) -> dict:
        stored = {"key": urllib.parse.quote_plus(key, safe="/"), "size": 305,
                  "eTag": "b21b84d653bb07b05b1e6b33684dc11b", "sequencer": "0C0F6F405D6ED209E1"}
        return {
            "eventVersion": "2.1", "eventSource": "aws:s3", "awsRegion": REGION,
            "eventTime": "2019-09-03T19:37:27.192Z", "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "AWS:AIDAINPONIXQXHT3IKHL2"},
            "requestParameters": {"sourceIPAddress": "205.255.255.255"},
            "responseElements": {
                "x-amz-request-id": "D82B88E5F771F645", "x-amz-id-2": "vlR7PnpV2Ce81l0"},
            "s3": {"s3SchemaVersion": "1.0",
                   "configurationId": "828aa6fc-f7b5-4305-8584-487c791949c1",
                   "bucket": {"name": bucket, "ownerIdentity": {"principalId": "A3I5XTEXAMAI3E"},
                              "arn": f"arn:aws:s3:::{bucket}"},
                   "object": stored | ({"versionId": version} if version else {})}}
    return {"Records": [record(*each) for each in objects]}


def sqs(*bodies, fifo: bool = False) -> dict:
    """A batch of queue messages; objects become JSON. Message ids are "message-0", …"""
    def record(number: int, body) -> dict:
        attributes = {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183",
                      "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                      "ApproximateFirstReceiveTimestamp": "1545082649185"}
        if fifo:
            attributes |= {"SequenceNumber": str(18849496460467696128 + number),
                           "MessageGroupId": "1", "MessageDeduplicationId": str(number)}
        return {
            "messageId": f"message-{number}", "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": body if isinstance(body, str) else json.dumps(body), "attributes": attributes,
            "messageAttributes": {"kind": {"stringValue": "x", "stringListValues": [],
                                           "binaryListValues": [], "dataType": "String"}},
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3", "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue" + (".fifo" if fifo else ""),
            "awsRegion": REGION}
    return {"Records": [record(*each) for each in enumerate(bodies)]}


def sns_envelope(message) -> dict:
    """A notification of SNS, as a queue without raw delivery holds it."""
    return {"Type": "Notification", "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
            "TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:topic", "Subject": "TestInvoke",
            "Message": message if isinstance(message, str) else json.dumps(message),
            "Timestamp": "2019-01-02T12:45:07.000Z", "SignatureVersion": "1",
            "Signature": "tcc6faL2yUC6dgZdmrwh1Y4cGa/ebXEkAi6RibDsvpi+tE/1+82j",
            "SigningCertURL": "https://sns.eu-central-1.amazonaws.com/x.pem",
            "UnsubscribeURL": "https://sns.eu-central-1.amazonaws.com/?Action=Unsubscribe"}


def sns(*messages) -> dict:
    """SNS itself, a record for each message; objects become JSON."""
    def record(message) -> dict:
        notification = sns_envelope(message)
        for name in ("SigningCertURL", "UnsubscribeURL"):
            notification[name.replace("URL", "Url")] = notification.pop(name)
        attributes = {"Test": {"Type": "String", "Value": "TestString"}}
        return {"EventVersion": "1.0", "EventSource": "aws:sns",
                "EventSubscriptionArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:topic:21be56ed",
                "Sns": notification | {"MessageAttributes": attributes}}
    return {"Records": [record(message) for message in messages]}


def event_bridge(source: str, kind: str, detail) -> dict:
    """An event of EventBridge."""
    return {"version": "0", "id": "17793124-05d4-b198-2fde-7ededc63b103", "detail-type": kind,
            "source": source, "account": ACCOUNT, "time": "2021-11-12T00:00:00Z", "region": REGION,
            "resources": ["arn:aws:s3:::amzn-s3-demo-bucket1"], "detail": detail}


def object_created(bucket: str, key: str) -> dict:
    """S3's event by way of EventBridge; the key is not encoded."""
    return event_bridge("aws.s3", "Object Created", {
        "version": "0", "bucket": {"name": bucket},
        "object": {"key": key, "size": 5, "etag": "b1946ac92492d2347c6235b4d2611184",
                   "version-id": "IYV3p45BT0ac8hjHg1houSdS1a.Mro8e", "sequencer": "617f08299329d189"},
        "request-id": "N4N7GDK58NMKJ12R", "requester": ACCOUNT, "source-ip-address": "1.2.3.4",
        "reason": "PutObject"})
