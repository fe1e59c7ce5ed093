"""aio-sf, unchanged."""

import asyncio

from aio_sf import ClientCredentialsAuth, SalesforceClient, bulk_query
from aio_sf.api.auth.static_token import StaticTokenAuth


def run(org, work, auth=None):
    async def signed_in():
        async with SalesforceClient(auth_strategy=auth or ClientCredentialsAuth(org.url, org.key, org.secret)) as sf:
            return await work(sf)

    return asyncio.run(signed_in())


def test_a_token_that_another_has(org):
    async def work(sf):
        return await (await sf.query.soql("SELECT Id FROM Organization")).collect_all()

    assert len(run(org, work, StaticTokenAuth(org.url, org.token()["access_token"]))) == 1


def test_descriptions(org):
    async def work(sf):
        return await sf.describe.list_sobjects(), await sf.describe.sobject("Contact")

    objects, contact = run(org, work)
    assert "Lead" in [entry["name"] for entry in objects]
    assert "LastName" in [field["name"] for field in contact["fields"]]


def test_collections(org, key_field, mark):
    async def work(sf):
        records = [{"Name": f"Acme {n}", key_field: f"{mark}-{n}"} for n in range(450)]
        first = await sf.collections.upsert(records, external_id_field=key_field, sobject_type="Account")
        second = await sf.collections.upsert(records, external_id_field=key_field, sobject_type="Account")
        return first, second

    first, second = run(org, work)
    assert [answer["created"] for answer in first] == [True] * 450
    assert [answer["created"] for answer in second] == [False] * 450


def test_pages_and_an_export(org, mark):
    async def work(sf):
        leads = [{"LastName": f"Doe {n}", "Company": mark} for n in range(2_001)]
        await sf.collections.insert(leads, sobject_type="Lead")
        soql = f"SELECT Id, LastName FROM Lead WHERE Company = '{mark}'"
        pages = await (await sf.query.soql(soql)).collect_all()
        exported = [record async for record in await bulk_query(sf, soql, batch_size=1_000, poll_interval=1)]
        return pages, exported

    pages, exported = run(org, work)
    assert (len(pages), len(exported)) == (2_001, 2_001)
