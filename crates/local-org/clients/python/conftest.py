"""What every test is given."""

import uuid

import pytest

from org import Org


@pytest.fixture(scope="session")
def org():
    return Org()


@pytest.fixture(scope="session")
def key_field(org):
    """An external id on Account."""
    return org.external_id("Account", "Key__c")


@pytest.fixture
def mark():
    """A text that no other test has."""
    return uuid.uuid4().hex
