"""What every test is given: the same as the tests of simple-salesforce."""

import sys
import uuid
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent.parent / "python"))

from org import Org  # noqa: E402


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
