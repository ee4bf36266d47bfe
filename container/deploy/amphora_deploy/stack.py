"""The stack of template.yaml: changes it by change sets, waits until they are done, deletes it.

It shows a change before making it. If the stack's state does not allow one (it was rolled back, or is
being changed), the error says how to go on. It knows the template's parameters by name only.
"""

from __future__ import annotations

import os
import pathlib
import re
import sys
import time

from .cloud import Cloud, Problem, Refusal

TEMPLATE = pathlib.Path(__file__).resolve().parent.parent / "template.yaml"
POLL_S = 5
NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,62}")
DEAD = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


def parameter_names() -> list[str]:
    """The parameters that the template takes."""
    block = TEMPLATE.read_text().partition("\nParameters:\n")[2].partition("\nConditions:\n")[0]
    return re.findall(r"^  (\w+):$", block, re.MULTILINE)


class Stack:
    """One stack by name."""

    def __init__(self, cloud: Cloud, name: str) -> None:
        if not NAME.fullmatch(name):
            raise Problem(f"the stack's name {name!r} names function and endpoint, too: it takes a letter, "
                          "then letters, digits and hyphens, 63 at most")
        self.cloud = cloud
        self.name = name

    def describe(self) -> dict | None:
        """AWS's description of the stack; None if there is none."""
        try:
            answer = self.cloud.call("cloudformation", "describe_stacks", StackName=self.name)
        except Refusal as refusal:
            if refusal.code == "ValidationError" and "does not exist" in refusal.text:
                return None
            raise
        return answer["Stacks"][0] if answer else None

    def existing(self) -> dict:
        found = self.describe()
        if found is None and not self.cloud.dry_run:
            raise Problem(f"there is no stack {self.name} in {self.cloud.region}: `deploy.py create` makes "
                          "it; --stack and --region name another")
        return found or {"StackStatus": "CREATE_COMPLETE", "Parameters": [
            {"ParameterKey": name, "ParameterValue": f"<{name}>"} for name in parameter_names()]}

    def require(self, creating: bool) -> None:
        """A `Problem` unless the stack can be created, or updated."""
        found = self.describe()
        state = found["StackStatus"] if found else None
        if self.cloud.dry_run:
            return
        if state in DEAD:
            raise Problem(f"the stack {self.name} is in {state}"
                          f"{because(found)}: it can only be deleted; run `deploy.py delete`, then create")
        if state == "UPDATE_ROLLBACK_FAILED":
            raise Problem(f"the stack {self.name} is in {state}{because(found)}: run `aws cloudformation "
                          f"continue-update-rollback --stack-name {self.name}` first")
        if state and state.endswith("_IN_PROGRESS") and state != "REVIEW_IN_PROGRESS":
            raise Problem(f"the stack {self.name} is being changed ({state}): wait until it is done; "
                          "`deploy.py status` shows how far it is")
        missing = state in (None, "REVIEW_IN_PROGRESS")
        if creating and not missing:
            raise Problem(f"the stack {self.name} is there already ({state}): change it by `deploy.py "
                          "update`, or name another by --stack")
        if not creating and missing:
            raise Problem(f"there is no stack {self.name} in {self.cloud.region}: make it by "
                          "`deploy.py create`")

    def change(self, parameters: dict[str, str], creating: bool) -> bool:
        """Makes the change and waits for its end; returns whether there was one."""
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()]
        if not creating:
            held = {item["ParameterKey"] for item in self.existing().get("Parameters", [])}
            given += [{"ParameterKey": name, "UsePreviousValue": True} for name in parameter_names()
                      if name in held and name not in parameters]
        change_set = f"amphora-{int(time.time())}"
        names = {"StackName": self.name, "ChangeSetName": change_set}
        kind = "CREATE" if creating else "UPDATE"
        self.cloud.call(
            "cloudformation", "create_change_set", **names, ChangeSetType=kind, Parameters=given,
            TemplateBody=TEMPLATE.read_text(), Capabilities=["CAPABILITY_IAM"],
            shown={"TemplateBody": f"file://{os.path.relpath(TEMPLATE)}"})
        if not self.prepared(names):
            return False
        since = self.last_event()
        self.cloud.call("cloudformation", "execute_change_set", **names)
        self.follow(kind, since)
        return True

    def prepared(self, names: dict) -> bool:
        """Waits for the change set and shows it; false if nothing would change."""
        while True:
            answer = self.cloud.call("cloudformation", "describe_change_set", **names,
                                     assume={"Status": "CREATE_COMPLETE", "Changes": []})
            if answer["Status"] == "FAILED":
                reason = answer.get("StatusReason", "no reason was given")
                self.cloud.call("cloudformation", "delete_change_set", **names)
                if "didn't contain changes" in reason or "No updates" in reason:
                    return False
                raise Problem(f"the change of the stack {self.name} cannot be made: {reason}")
            if answer["Status"] == "CREATE_COMPLETE":
                break
            time.sleep(POLL_S)
        for change in answer["Changes"]:
            item = change["ResourceChange"]
            again = "  (made anew)" if item.get("Replacement") == "True" else ""
            print(f"{item['Action']:<7} {item['LogicalResourceId']:<26} {item['ResourceType']}{again}")
        return True

    def delete(self) -> None:
        since = self.last_event()
        identity = self.existing().get("StackId", self.name)
        self.cloud.call("cloudformation", "delete_stack", StackName=self.name)
        self.follow("DELETE", since, identity)

    def last_event(self) -> str | None:
        events = self.events(self.name)
        return events[0]["EventId"] if events else None

    def events(self, identity: str) -> list[dict]:
        """The newest first."""
        try:
            return self.cloud.call("cloudformation", "describe_stack_events", StackName=identity,
                                   assume={"StackEvents": []})["StackEvents"]
        except Refusal as refusal:
            if refusal.code == "ValidationError":
                return []
            raise

    def follow(self, kind: str, since: str | None, identity: str | None = None) -> None:
        """Prints events until the stack is stable; a `Problem` with the first failure's reason."""
        if self.cloud.dry_run:
            print(f"aws cloudformation wait stack-{kind.lower()}-complete --stack-name {self.name}")
            return
        start, failure, state = time.monotonic(), None, f"{kind}_IN_PROGRESS"
        identity = identity or self.existing()["StackId"]
        # The stack's own events give its state; its description may still be older than the change.
        while state.endswith("_IN_PROGRESS"):
            for event in self.newer(identity, since):
                since = event["EventId"]
                failure = failure or reason_of(event)
                report(event)
                if event.get("PhysicalResourceId") == identity:
                    state = event["ResourceStatus"]
            if state.endswith("_IN_PROGRESS"):
                waiting(f"{state}, {time.monotonic() - start:.0f} s")
                time.sleep(POLL_S)
        waiting("")
        if state != f"{kind}_COMPLETE":
            raise Problem(f"the stack {self.name} is in {state}: {failure or 'its events say no reason'}")

    def newer(self, identity: str, since: str | None) -> list[dict]:
        """The events after that one, the oldest first."""
        events = []
        for event in self.events(identity):
            if event["EventId"] == since:
                break
            events.append(event)
        return events[::-1]


def outputs(stack: dict) -> dict[str, str]:
    return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}


def parameters(stack: dict) -> dict[str, str]:
    return {item["ParameterKey"]: item["ParameterValue"] for item in stack.get("Parameters", [])}


def because(stack: dict) -> str:
    reason = stack.get("StackStatusReason")
    return f" ({reason})" if reason else ""


def reason_of(event: dict) -> str | None:
    """Why a resource failed; empty for those that failed only because another did."""
    reason = event.get("ResourceStatusReason", "no reason was given")
    if not event["ResourceStatus"].endswith("_FAILED") or "cancelled" in reason:
        return None
    return f"{event['LogicalResourceId']} ({event['ResourceType']}): {reason}"


def report(event: dict) -> None:
    waiting("")
    reason = event.get("ResourceStatusReason", "")
    print(f"{event['Timestamp']:%H:%M:%S} {event['ResourceStatus']:<20} {event['LogicalResourceId']}"
          + (f"  {reason}" if event["ResourceStatus"].endswith("_FAILED") else ""), flush=True)


def waiting(text: str) -> None:
    """Updates the progress line, on a terminal only."""
    if sys.stdout.isatty():
        print(f"\r\x1b[K{text}", end="", flush=True)
