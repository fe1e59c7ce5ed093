"""How schemathesis gets into the hub, and what it looks for: an answer of 500 and above that is not the other side's, and a problem that is none."""

import os

import schemathesis


@schemathesis.auth()
class ApiKey:
    def get(self, case, context):
        return os.environ["SALESBRIDGE_KEY"]

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"


def is_own(parameters):
    """Whoever takes their own key away learns nothing more: the tester's, whose id stands in the key."""
    parameters = parameters or {}
    key = os.environ["SALESBRIDGE_KEY"].split("_")[1]
    return parameters.get("name") == "tester" or str(parameters.get("id", "")).endswith(key)


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.method.upper() != "GET" and is_own(case.path_parameters):
        case.path_parameters = {name: "nobody" for name in case.path_parameters}


@schemathesis.check
def told_as_a_problem(ctx, response, case):
    """502 is what the other side of a connection said; nobody is there."""
    if response.status_code < 400:
        return
    assert response.status_code < 500 or response.status_code == 502, f"answered with {response.status_code}"
    if case.method.upper() == "HEAD":
        return
    kind = response.headers.get("content-type", [""])[0]
    assert kind == "application/problem+json", f"{response.status_code} as {kind or 'nothing'}"
    problem = response.json()
    carried = response.request.headers.get("Authorization") == f"Bearer {os.environ['SALESBRIDGE_KEY']}"
    assert not carried or problem.get("code") != "not_signed_in", "the key does not let in: nothing is tried"
    for member in ("code", "title", "detail", "remedy"):
        assert problem.get(member), f"a problem without {member}"
