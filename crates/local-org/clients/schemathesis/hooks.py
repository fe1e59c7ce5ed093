"""How schemathesis gets into the org: a token by client credentials, another where one has ended, and no end of calls."""

import os

import requests
import schemathesis

URL = os.environ["LOCAL_ORG_URL"]
CALLS = 1_000_000_000
SECONDS_BETWEEN_TOKENS = 20


@schemathesis.auth(refresh_interval=SECONDS_BETWEEN_TOKENS)
class ClientCredentials:
    def get(self, case, context):
        requests.put(f"{URL}/local-org/daily-limit", json={"calls": CALLS}, timeout=30).raise_for_status()
        form = {
            "grant_type": "client_credentials",
            "client_id": os.environ["LOCAL_ORG_CONSUMER_KEY"],
            "client_secret": os.environ["LOCAL_ORG_CONSUMER_SECRET"],
        }
        answer = requests.post(f"{URL}/services/oauth2/token", data=form, timeout=30)
        answer.raise_for_status()
        return answer.json()["access_token"]

    def set(self, case, data, context):
        case.headers = case.headers or {}
        case.headers["Authorization"] = f"Bearer {data}"
