"""lht, unchanged: rows of a warehouse go to Salesforce by bulk upserts with CRLF, and jobs are listed."""

from lht.salesforce import jobs, retl
from simple_salesforce import Salesforce


class Row(dict):
    """A row as a warehouse's session gives it."""

    def as_dict(self, recursive=False):
        return dict(self)

    asDict = as_dict


class Session:
    """A warehouse of one table."""

    def __init__(self, rows):
        self.rows = [Row(row) for row in rows]

    def sql(self, query):
        return self

    def collect(self):
        return self.rows


def test_an_upsert_writes_clears_and_is_listed(org, key_field, mark):
    token = org.token()
    access = {"access_token": token["access_token"], "instance_url": token["instance_url"]}
    client = Salesforce(instance_url=token["instance_url"], session_id=token["access_token"])
    for phone in ("1", None):
        rows = [{key_field: f"{mark}-{n}", "Name": "Acme, \"Limited\"", "Phone": phone} for n in range(3)]
        retl.upsert(Session(rows), access, "Account", "SELECT 1", key_field, clear_nulls=True)
        found = client.query(f"SELECT Name, Phone FROM Account WHERE {key_field} LIKE '{mark}%'")["records"]
        assert [(row["Name"], row["Phone"]) for row in found] == [("Acme, \"Limited\"", phone)] * 3
    assert len(jobs.list_bulk_api_jobs(access)) >= 2
