"""The deployment's files: template.yaml by CloudFormation's own rules, its roles, and kserve.yaml."""

import re

import cfnlint.api
import cfnlint.decode
import pytest
import requests
import yaml
from deployment import DEPLOY
from patience import HANG_S
from server import DIGITS, Server

TEMPLATE = DEPLOY / "template.yaml"
# These actions take no resource.
UNAVOIDABLE = {"ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"}


@pytest.fixture(scope="module")
def template():
    return cfnlint.decode.decode(str(TEMPLATE))[0]


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


def statements(value):
    """Every allowing statement of a policy, at any depth."""
    if isinstance(value, dict):
        if value.get("Effect") == "Allow":
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from statements(item)


def test_cloudformation_has_nothing_to_complain_about():
    matches = cfnlint.api.lint_file(TEMPLATE)
    assert [str(match) for match in matches] == []


def test_no_action_is_a_wildcard(template):
    actions = [action for one in statements(template["Resources"]) for action in listed(one["Action"])]
    assert len(actions) > 10
    assert [action for action in actions if "*" in action] == []


def test_only_actions_that_know_no_resource_have_all_resources(template):
    for one in statements(template["Resources"]):
        if "*" in listed(one.get("Resource")):
            assert set(listed(one["Action"])) <= UNAVOIDABLE


def test_what_roles_read_is_the_model_and_the_named_pictures(template):
    reads = {str(one["Resource"]) for one in statements(template["Resources"])
             if any(action.startswith("s3:") for action in listed(one["Action"]))}
    assert reads == {
        str({"Fn::Sub": "arn:${AWS::Partition}:s3:::${ModelBucket}/${ModelKey}"}),
        str({"Fn::Sub": "arn:${AWS::Partition}:s3:::${ModelBucket}"}),
        str({"Fn::Split": [",", {"Ref": "ImageObjectArns"}]})}


def test_everyone_is_allowed_only_where_the_url_is_public(template):
    open_to_all = {name: resource for name, resource in template["Resources"].items()
                   if resource.get("Properties", {}).get("Principal") == "*"}
    assert len(open_to_all) == 2
    assert {resource["Condition"] for resource in open_to_all.values()} == {"IsPublic"}


def test_every_resource_belongs_to_one_side(template):
    sides = {"HasFunction": "f", "HasUrl": "f", "IsPublic": "f", "HasEndpoint": "e", "Scales": "e"}
    assert {sides[resource["Condition"]] for resource in template["Resources"].values()} == {"f", "e"}


def test_every_parameter_is_described_and_grouped(template):
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert sorted(template["Parameters"]) == sorted(
        name for group in groups for name in group["Parameters"])
    assert all(parameter["Description"] for parameter in template["Parameters"].values())


def test_a_version_names_all_that_the_function_is_made_of(template):
    """Otherwise an update would publish no version, and the alias would keep the old one."""
    properties = template["Resources"]["ClassifierFunction"]["Properties"]
    used = set(re.findall(r"'Ref': '(\w+)'", str(properties))) | {"SnapStart"}
    named = re.findall(r"\${(\w+)}", template["Resources"]["FunctionVersion"]["Properties"]
                       ["Description"]["Fn::Sub"])
    assert used - {"ReservedConcurrency", "FunctionLogs", "FunctionRole"} == set(named)
    longest = sum(length(template["Parameters"][name]) + 1 for name in named) - 1
    assert longest <= 256


def length(parameter: dict) -> int:
    """The most characters that a parameter's value may have."""
    if "AllowedValues" in parameter:
        return max(len(str(value)) for value in parameter["AllowedValues"])
    return parameter.get("MaxLength") or len(str(parameter["MaxValue"]))


@pytest.mark.parametrize("arns, allowed", [
    ("", True), ("arn:aws:s3:::b/*", True), ("arn:aws:s3:::b/*,arn:aws-cn:s3:::c/d*", True),
    ("*", False), ("arn:aws:s3:::*", False), ("arn:aws:s3:::b/*,", False), ("arn:aws:s3:::b/*,*", False)])
def test_pictures_are_named_by_bucket(template, arns, allowed):
    pattern = template["Parameters"]["ImageObjectArns"]["AllowedPattern"]
    assert bool(re.fullmatch(pattern, arns)) == allowed


# KServe

@pytest.fixture(scope="module")
def kserve():
    """The serving runtime and the service."""
    return list(yaml.safe_load_all((DEPLOY / "kserve.yaml").read_text()))


def test_kserve_gets_a_runtime_and_a_service_of_it(kserve):
    runtime, service = kserve
    assert (runtime["apiVersion"], runtime["kind"]) == (
        "serving.kserve.io/v1alpha1", "ServingRuntime")
    assert (service["apiVersion"], service["kind"]) == (
        "serving.kserve.io/v1beta1", "InferenceService")
    model = service["spec"]["predictor"]["model"]
    assert model["runtime"] == runtime["metadata"]["name"]
    formats = [item["name"] for item in runtime["spec"]["supportedModelFormats"]]
    assert model["modelFormat"]["name"] in formats
    assert model["protocolVersion"] in runtime["spec"]["protocolVersions"]
    container, = runtime["spec"]["containers"]
    # KServe requires this name.
    assert container["name"] == "kserve-container"
    assert [port["containerPort"] for port in container["ports"]] == [8080]
    assert set(container["resources"]) == {"requests", "limits"}
    security = container["securityContext"]
    assert security["runAsNonRoot"] and security["readOnlyRootFilesystem"]
    assert not security["allowPrivilegeEscalation"] and security["capabilities"] == {"drop": ["ALL"]}


def test_kserves_arguments_and_probes_are_understood(kserve):
    """The server itself takes the arguments, answers each probe, and has the service's name."""
    container, = kserve[0]["spec"]["containers"]
    command, *options = container["args"]
    assert command == "serve"
    given = {"{{.Name}}": "my-model", "/mnt/models": str(DIGITS), "8080": "0"}
    for text, value in given.items():
        assert sum(text in option for option in options) == 1
        options = [option.replace(text, value) for option in options]
    environment = {item["name"]: item["value"] for item in container["env"]}
    with Server(*options, env=environment, model=None, port=None) as server:
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            ask = container[probe]["httpGet"]
            assert ask["port"] == 8080
            assert requests.get(server.url + ask["path"], timeout=HANG_S).status_code == 200
        ready = requests.get(f"{server.url}/v2/models/my-model/ready", timeout=HANG_S)
        assert ready.json() == {"name": "my-model", "ready": True}
