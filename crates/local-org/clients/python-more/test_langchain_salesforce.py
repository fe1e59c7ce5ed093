"""langchain-salesforce, unchanged."""

import pytest
from langchain_salesforce import SalesforceTool
from simple_salesforce import Salesforce


@pytest.fixture
def tool(org):
    token = org.token()
    client = Salesforce(instance_url=token["instance_url"], session_id=token["access_token"])
    return SalesforceTool(username="", password="", security_token="", salesforce_client=client)


def test_every_operation(tool, mark):
    made = tool.invoke({"operation": "create", "object_name": "Account", "record_data": {"Name": mark}})
    changed = {"operation": "update", "object_name": "Account", "record_id": made["id"], "record_data": {"Phone": "1"}}
    tool.invoke(changed)
    query = {"operation": "query", "query": f"SELECT Phone FROM Account WHERE Name = '{mark}'"}
    assert tool.invoke(query)["records"][0]["Phone"] == "1"
    tool.invoke({"operation": "delete", "object_name": "Account", "record_id": made["id"]})
    assert tool.invoke(query)["totalSize"] == 0
    described = tool.invoke({"operation": "describe", "object_name": "Contact"})
    assert "LastName" in [field["name"] for field in described["fields"]]
    field = {"operation": "get_field_metadata", "object_name": "Contact", "field_name": "Email"}
    assert "email" in str(tool.invoke(field)).lower()
    assert "Lead" in [entry["name"] for entry in tool.invoke({"operation": "list_objects"})]
