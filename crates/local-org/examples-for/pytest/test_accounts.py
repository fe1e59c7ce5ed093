"""Tests of code that talks to Salesforce, against an org of their own."""


def test_a_record_comes_back(org):
    status, made = org.send("POST", "/sobjects/Account", {"Name": "Acme"})
    assert (status, made["success"]) == (201, True)
    assert [account["Name"] for account in org.query("SELECT Name FROM Account")] == ["Acme"]


def test_nothing_is_left_of_another_test(org):
    assert org.query("SELECT Id FROM Account") == []


def test_a_locked_row_is_told_and_not_written(org):
    status, errors = org.send(
        "POST", "/sobjects/Account", {"Name": "Acme"}, X_Local_Org_Fault="error=UNABLE_TO_LOCK_ROW"
    )
    assert (status, errors[0]["errorCode"]) == (400, "UNABLE_TO_LOCK_ROW")
    assert org.query("SELECT Id FROM Account") == []
