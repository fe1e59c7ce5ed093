"""An org for the whole run, made new before every test."""

import json
import os
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest


class Org:
    """A local org and the session of its default app."""

    def __init__(self, told):
        self.url = told["url"]
        self.app = {"client_id": told["consumer_key"], "client_secret": told["consumer_secret"]}
        self.token = None

    def reset(self):
        """The org as it was when it was new; tokens end with it."""
        self.send("POST", "/local-org/reset")
        form = urllib.parse.urlencode({"grant_type": "client_credentials", **self.app}).encode()
        with urllib.request.urlopen(f"{self.url}/services/oauth2/token", form) as answer:
            self.token = json.load(answer)["access_token"]

    def send(self, method, path, body=None, **headers):
        """Status and body of an answer, whatever the status."""
        if not path.startswith("/local-org"):
            path = f"/services/data/v66.0{path}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header("Content-Type", "application/json")
        request.add_header("Authorization", f"Bearer {self.token}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def query(self, soql):
        return self.send("GET", "/query?q=" + urllib.parse.quote(soql))[1]["records"]


@pytest.fixture(scope="session")
def running_org():
    program = os.environ.get("SALESBRIDGE", "salesbridge")
    command = [program, "local-org", "--json", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield Org(json.loads(process.stdout.readline()))
        process.terminate()


@pytest.fixture
def org(running_org):
    running_org.reset()
    return running_org
