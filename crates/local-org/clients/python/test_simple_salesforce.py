"""simple-salesforce, unchanged and over TLS, which it insists on."""

import csv
import io

import pytest
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

import certificates
from org import ROWS

# How long it waits before it asks for a job's state, in seconds; its own 5 are for an org that is far away.
POLL = 0.2


def works(client):
    """Whether the session that a sign-in gave opens the org."""
    return client.query("SELECT Id FROM Organization")["totalSize"] == 1


@pytest.fixture
def client(org):
    """A session of this test's own: one of them ends all there are."""
    token = org.token()
    return Salesforce(instance_url=token["instance_url"], session_id=token["access_token"])


class TestSignIn:
    def test_a_session_that_another_has(self, client):
        assert works(client)

    def test_soap_with_a_security_token(self, org):
        assert works(Salesforce(
            username=org.username, password=org.password, security_token=org.security_token, session=org.session()))

    def test_soap_with_an_organization_id(self, org, client):
        organization = client.query("SELECT Id FROM Organization")["records"][0]["Id"]
        assert works(Salesforce(
            username=org.username, password=org.password, organizationId=organization, session=org.session()))

    def test_a_password_and_an_app(self, org):
        app = org.app(username_password=True)
        assert works(Salesforce(
            username=org.username, password=org.password, consumer_key=app["consumer_key"],
            consumer_secret=app["consumer_secret"], session=org.session()))

    def test_client_credentials_with_basic_authentication(self, org):
        assert works(Salesforce(
            consumer_key=org.key, consumer_secret=org.secret, domain="acme.my", session=org.session()))

    def test_a_signed_assertion(self, org):
        private, certificate = certificates.make()
        app = org.app(jwt_bearer=True, certificate=certificate)
        signed = {"username": org.username, "consumer_key": app["consumer_key"], "privatekey": private}
        with pytest.raises(SalesforceAuthenticationFailed) as refused, pytest.warns(UserWarning):
            Salesforce(**signed, session=org.session())
        assert "user hasn't approved this consumer" in str(refused.value)
        app = org.app(jwt_bearer=True, certificate=certificate, permitted_users="admin_approved",
                      approved_profiles=[profile_of(org)])
        assert works(Salesforce(
            username=org.username, consumer_key=app["consumer_key"], privatekey=private, session=org.session()))

    def test_a_wrong_password_is_refused_by_soap_in_its_own_words(self, org):
        with pytest.raises(SalesforceAuthenticationFailed) as refused:
            Salesforce(username=org.username, password="wrong", security_token="x", session=org.session())
        assert refused.value.code == "INVALID_LOGIN"

    def test_a_wrong_secret_is_refused(self, org):
        with pytest.raises(SalesforceAuthenticationFailed) as refused:
            Salesforce(consumer_key=org.key, consumer_secret="wrong", domain="acme.my", session=org.session())
        assert refused.value.code == "invalid_client"


def profile_of(org):
    token = org.token()
    client = Salesforce(instance_url=token["instance_url"], session_id=token["access_token"])
    return client.User.get(org.admin["id"])["ProfileId"]


class TestRows:
    def test_a_record_is_created_read_changed_and_deleted(self, client, mark):
        made = client.Account.create({"Name": mark, "NumberOfEmployees": 3})
        assert made["success"] and len(made["id"]) == 18
        assert client.Account.get(made["id"])["NumberOfEmployees"] == 3
        assert client.Account.update(made["id"], {"Phone": "1"}) == 204
        assert client.query(f"SELECT Phone FROM Account WHERE Name = '{mark}'")["records"][0]["Phone"] == "1"
        assert client.Account.delete(made["id"]) == 204
        with pytest.raises(SalesforceResourceNotFound):
            client.Account.get(made["id"])

    def test_an_upsert_creates_then_changes(self, client, key_field, mark):
        path = f"{key_field}/{mark}"
        assert client.Account.upsert(path, {"Name": "one"}) == 201
        assert client.Account.upsert(path, {"Name": "two"}) in (200, 204)
        assert client.Account.get_by_custom_id(key_field, mark)["Name"] == "two"

    def test_a_collection_answers_row_by_row(self, client, mark):
        records = [{"attributes": {"type": "Lead"}, "LastName": f"Doe {n}", "Company": mark} for n in range(199)]
        body = {"allOrNone": False, "records": [*records, {"attributes": {"type": "Lead"}, "Company": mark}]}
        answers = client.restful("composite/sobjects", method="POST", json=body)
        assert [answer["success"] for answer in answers] == [True] * 199 + [False]
        assert answers[199]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"

    def test_what_changed_and_what_was_deleted_is_listed(self, client):
        from datetime import datetime, timedelta, timezone
        made = client.Lead.create({"LastName": "Doe", "Company": "Acme"})["id"]
        now = datetime.now(timezone.utc)
        start, end = now - timedelta(hours=1), now + timedelta(minutes=2)
        assert made in client.Lead.updated(start, end)["ids"]
        client.Lead.delete(made)
        assert made in [record["id"] for record in client.Lead.deleted(start, end)["deletedRecords"]]


class TestQueries:
    def test_pages_follow_one_another(self, client, mark):
        load(client, "Lead", [{"LastName": f"Doe {n}", "Company": mark} for n in range(2_001)])
        soql = f"SELECT Id, LastName FROM Lead WHERE Company = '{mark}' ORDER BY CreatedDate, Id"
        first = client.query(soql)
        assert (first["totalSize"], first["done"], len(first["records"])) == (2_001, False, 2_000)
        second = client.query_more(first["nextRecordsUrl"], identifier_is_url=True)
        assert (second["done"], len(second["records"])) == (True, 1)
        assert len({record["Id"] for record in client.query_all_iter(soql)}) == 2_001

    def test_parents_children_and_sums(self, client, mark):
        account = client.Account.create({"Name": mark})["id"]
        for name in ("Doe", "Roe"):
            client.Contact.create({"LastName": name, "AccountId": account})
        contact = client.query(f"SELECT Account.Name FROM Contact WHERE Account.Name = '{mark}' LIMIT 1")["records"][0]
        assert contact["Account"]["Name"] == mark
        soql = f"SELECT Id, (SELECT LastName FROM Contacts ORDER BY LastName) FROM Account WHERE Name = '{mark}'"
        children = client.query(soql)["records"][0]["Contacts"]["records"]
        assert [child["LastName"] for child in children] == ["Doe", "Roe"]
        soql = f"SELECT AccountId, COUNT(Id) n FROM Contact WHERE AccountId = '{account}' GROUP BY AccountId"
        group = client.query(soql)
        assert group["records"][0]["n"] == 2

    def test_deleted_rows_are_found_by_query_all(self, client, mark):
        made = client.Account.create({"Name": mark})["id"]
        client.Account.delete(made)
        soql = f"SELECT Id, IsDeleted FROM Account WHERE Name = '{mark}'"
        assert client.query(soql)["totalSize"] == 0
        assert client.query(soql, include_deleted=True)["records"][0]["IsDeleted"] is True

    def test_a_search_finds_a_name(self, client, mark):
        made = client.Account.create({"Name": f"{mark} Limited"})["id"]
        found = client.quick_search(mark)["searchRecords"]
        assert made in [record["Id"] for record in found]


class TestDescribe:
    def test_objects_and_fields(self, client):
        assert "Lead" in [entry["name"] for entry in client.describe()["sobjects"]]
        lead = client.Lead.describe()
        assert {"LastName", "Company", "Status"} <= {field["name"] for field in lead["fields"]}
        assert client.Lead.metadata()["objectDescribe"]["keyPrefix"] == "00Q"

    def test_layouts(self, client):
        assert client.Account.describe_layout("012000000000000AAA")

    def test_limits_and_what_is_used_of_them(self, client):
        assert client.limits()["DailyApiRequests"]["Max"] > 0
        assert client.api_usage["api-usage"].used > 0

    def test_whether_it_is_a_sandbox(self, client):
        assert client.is_sandbox() in (True, False)


class TestErrors:
    def test_a_broken_query(self, client):
        with pytest.raises(SalesforceMalformedRequest) as refused:
            client.query("SELECT Id FROM")
        assert refused.value.content[0]["errorCode"] == "MALFORMED_QUERY"

    def test_an_unknown_field(self, client):
        with pytest.raises(SalesforceMalformedRequest) as refused:
            client.Lead.create({"LastName": "Doe", "Company": "Acme", "Nope__c": 1})
        assert refused.value.content[0]["errorCode"] == "INVALID_FIELD"

    def test_an_unknown_object(self, client):
        with pytest.raises(SalesforceResourceNotFound) as refused:
            client.Nope__c.describe()
        assert refused.value.content[0]["errorCode"] == "NOT_FOUND"

    def test_a_session_that_has_ended_is_renewed_once(self, org):
        client = Salesforce(consumer_key=org.key, consumer_secret=org.secret, domain="acme.my", session=org.session())
        org.control("POST", "/tokens/expire")
        assert works(client)

    def test_a_session_that_cannot_be_renewed(self, org):
        token = org.token()
        client = Salesforce(instance_url=token["instance_url"], session_id="00D000000000000!nonsense")
        with pytest.raises(SalesforceExpiredSession) as refused:
            works(client)
        assert refused.value.content[0]["errorCode"] == "INVALID_SESSION_ID"


class TestBulk:
    def test_a_load_and_an_export_of_20001_rows(self, client, mark):
        rows = [{"LastName": f"Doe {n}", "Company": mark} for n in range(ROWS)]
        load(client, "Lead", rows)
        names = set()
        soql = f"SELECT LastName FROM Lead WHERE Company = '{mark}'"
        for page in client.bulk2.Lead.query(soql, max_records=9_000, wait=POLL):
            names.update(row["LastName"] for row in csv.DictReader(io.StringIO(page)))
        assert names == {row["LastName"] for row in rows}

    def test_an_upsert_by_external_id_tells_rows_apart(self, client, key_field, mark):
        rows = [{key_field: f"{mark}-{n}", "Name": "" if n == 3 else f"Acme {n}"} for n in range(5)]
        result = client.bulk2.Account.upsert(records=rows, external_id_field=key_field, wait=POLL)[0]
        assert (result["numberRecordsProcessed"], result["numberRecordsFailed"]) == (5, 1)
        failed = list(csv.DictReader(io.StringIO(client.bulk2.Account.get_failed_records(result["job_id"]))))
        assert failed[0]["sf__Error"].startswith("REQUIRED_FIELD_MISSING") and failed[0][key_field] == f"{mark}-3"
        made = list(csv.DictReader(io.StringIO(client.bulk2.Account.get_successful_records(result["job_id"]))))
        assert {row["sf__Created"] for row in made} == {"true"}
        found = client.query(f"SELECT Name FROM Account WHERE {key_field} LIKE '{mark}%'")
        assert found["totalSize"] == 4

    def test_rows_are_deleted(self, client, mark):
        ids = [client.Account.create({"Name": mark})["id"] for _ in range(3)]
        result = client.bulk2.Account.delete(records=[{"Id": id_} for id_ in ids], wait=POLL)[0]
        assert result["numberRecordsFailed"] == 0
        assert client.query(f"SELECT Id FROM Account WHERE Name = '{mark}'")["totalSize"] == 0


def load(client, sobject, rows):
    result = getattr(client.bulk2, sobject).insert(records=rows, wait=POLL)[0]
    assert (result["numberRecordsProcessed"], result["numberRecordsFailed"]) == (len(rows), 0)
