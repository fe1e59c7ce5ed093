"""The org under test, which `cargo xtask clients` has started, and what no Salesforce has: its control."""

import os
import uuid
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

PASSWORD = "local-org-password"
SECURITY_TOKEN = "LOCALORGSECURITYTOKEN"
API = "/services/data/v66.0"
ROWS = 20_001


class Detour(HTTPAdapter):
    """Takes what is meant for Salesforce's own hosts to the org, as a resolver would."""

    def __init__(self, url):
        super().__init__()
        self.place = urlsplit(url)

    def send(self, request, *args, **kwargs):
        wanted = urlsplit(request.url)
        if wanted.hostname.endswith(".salesforce.com"):
            request.url = urlunsplit((self.place.scheme, self.place.netloc, wanted.path, wanted.query, ""))
        return super().send(request, *args, **kwargs)


class Org:
    """Where the org is, and its control."""

    def __init__(self):
        self.url = os.environ["LOCAL_ORG_URL"]
        self.host = urlsplit(self.url).netloc
        self.key = os.environ["LOCAL_ORG_CONSUMER_KEY"]
        self.secret = os.environ["LOCAL_ORG_CONSUMER_SECRET"]
        self.password, self.security_token = PASSWORD, SECURITY_TOKEN
        self.admin = self.control("GET", "/users")[0]
        self.username = self.admin["username"]

    def control(self, method, path, body=None):
        answer = requests.request(method, f"{self.url}/local-org{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def session(self):
        """A session for clients that insist on Salesforce's own hosts."""
        session = requests.Session()
        session.mount("https://", Detour(self.url))
        return session

    def token(self):
        form = {"grant_type": "client_credentials", "client_id": self.key, "client_secret": self.secret}
        answer = requests.post(f"{self.url}/services/oauth2/token", data=form, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def app(self, **policies):
        """A connected app of this test's own."""
        return self.control("POST", "/apps", {"name": uuid.uuid4().hex, "run_as": self.admin["id"], **policies})

    def external_id(self, sobject, name):
        """An external-id field, made when missing."""
        headers = {"Authorization": "Bearer " + self.token()["access_token"]}
        described = requests.get(f"{self.url}{API}/sobjects/{sobject}/describe", headers=headers, timeout=30).json()
        if name in [field["name"] for field in described["fields"]]:
            return name
        metadata = {"label": name, "type": "Text", "length": 64, "externalId": True, "unique": True}
        body = {"FullName": f"{sobject}.{name}", "Metadata": metadata}
        answer = requests.post(f"{self.url}{API}/tooling/sobjects/CustomField", json=body, headers=headers, timeout=30)
        answer.raise_for_status()
        return name
