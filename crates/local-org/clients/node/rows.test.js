// Records, queries, descriptions and errors.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { connect, keyField, mark } from "./org.js";

let connection;
before(async () => {
  connection = await connect();
});

test("a record is created, read, changed and deleted", async () => {
  const made = await connection.sobject("Account").create({ Name: "Acme", NumberOfEmployees: 3 });
  assert.ok(made.success);
  assert.equal((await connection.sobject("Account").retrieve(made.id)).NumberOfEmployees, 3);
  assert.ok((await connection.sobject("Account").update({ Id: made.id, Phone: "1" })).success);
  assert.equal((await connection.sobject("Account").findOne({ Id: made.id }, ["Phone"])).Phone, "1");
  assert.ok((await connection.sobject("Account").destroy(made.id)).success);
  await assert.rejects(connection.sobject("Account").retrieve(made.id), { errorCode: "ENTITY_IS_DELETED" });
});

test("an upsert creates, then changes", async () => {
  const field = await keyField(connection);
  const value = mark();
  const first = await connection.sobject("Account").upsert({ Name: "one", [field]: value }, field);
  const second = await connection.sobject("Account").upsert({ Name: "two", [field]: value }, field);
  assert.ok(first.success && second.success && first.id);
  assert.equal((await connection.sobject("Account").retrieve(first.id)).Name, "two");
});

test("collections answer row by row", async () => {
  const company = mark();
  const leads = Array.from({ length: 450 }, (_, n) => ({ LastName: `Doe ${n}`, Company: company }));
  leads[7] = { Company: company };
  const answers = await connection.sobject("Lead").create(leads, { allowRecursive: true });
  assert.deepEqual(answers.flatMap((answer, n) => (answer.success ? [] : [n])), [7]);
  assert.equal(answers[7].errors[0].statusCode, "REQUIRED_FIELD_MISSING");
  const ids = answers.filter((answer) => answer.success).map((answer) => answer.id);
  const changed = await connection.sobject("Lead").update(ids.map((Id) => ({ Id, Phone: "1" })), { allowRecursive: true });
  assert.ok(changed.every((answer) => answer.success));
  const read = await connection.sobject("Lead").retrieve(ids.slice(0, 3));
  assert.deepEqual(read.map((lead) => lead.Phone), ["1", "1", "1"]);
  const gone = await connection.sobject("Lead").destroy(ids, { allowRecursive: true });
  assert.ok(gone.every((answer) => answer.success));
});

test("many upserts", async () => {
  const field = await keyField(connection);
  const value = mark();
  const accounts = [1, 2, 3].map((n) => ({ Name: `Acme ${n}`, [field]: `${value}-${n}` }));
  const first = await connection.sobject("Account").upsert(accounts, field);
  const second = await connection.sobject("Account").upsert(accounts, field);
  assert.deepEqual(first.map((answer) => answer.created), [true, true, true]);
  assert.deepEqual(second.map((answer) => answer.created), [false, false, false]);
});

test("pages follow one another", async () => {
  const company = mark();
  const leads = Array.from({ length: 2_001 }, (_, n) => ({ LastName: `Doe ${n}`, Company: company }));
  await connection.sobject("Lead").create(leads, { allowRecursive: true });
  const soql = `SELECT Id FROM Lead WHERE Company = '${company}' ORDER BY Id`;
  const first = await connection.query(soql);
  assert.deepEqual([first.totalSize, first.done, first.records.length], [2_001, false, 2_000]);
  const second = await connection.queryMore(first.nextRecordsUrl);
  assert.deepEqual([second.done, second.records.length], [true, 1]);
  const all = await connection.query(soql, { autoFetch: true, maxFetch: 5_000 });
  assert.equal(all.records.length, 2_001);
});

test("a query that jsforce puts together, with children and deleted rows", async () => {
  const name = mark();
  const account = await connection.sobject("Account").create({ Name: name });
  await connection.sobject("Contact").create({ LastName: "Roe", AccountId: account.id });
  const found = await connection.sobject("Account").find({ Name: { $like: `${name}%` } }, "Id, Name").include("Contacts").select("LastName").end().execute();
  assert.equal(found[0].Contacts.records[0].LastName, "Roe");
  assert.equal(await connection.sobject("Account").count({ Name: name }), 1);
  await connection.sobject("Account").destroy(account.id);
  const deleted = await connection.query(`SELECT Id FROM Account WHERE Name = '${name}'`, { scanAll: true });
  assert.equal(deleted.totalSize, 1);
});

test("descriptions", async () => {
  assert.ok((await connection.describeGlobal()).sobjects.some((entry) => entry.name === "Lead"));
  const lead = await connection.describe("Lead");
  assert.ok(lead.fields.find((field) => field.name === "Status").picklistValues.length > 0);
  const identity = await connection.identity();
  assert.equal(identity.user_id, connection.userInfo.id);
  assert.ok((await connection.limits()).DailyApiRequests.Max > 0);
  assert.ok(connection.limitInfo.apiUsage.used > 0);
});

test("recent, updated and deleted records, and a search", async () => {
  const name = mark();
  const { id } = await connection.sobject("Account").create({ Name: `${name} Limited` });
  const soon = new Date(Date.now() + 120_000);
  const earlier = new Date(Date.now() - 3_600_000);
  assert.ok((await connection.sobject("Account").updated(earlier, soon)).ids.includes(id));
  const found = await connection.search(`FIND {${name}} IN ALL FIELDS RETURNING Account(Id, Name)`);
  assert.equal(found.searchRecords[0].Id, id);
  await connection.sobject("Account").destroy(id);
  assert.ok((await connection.sobject("Account").deleted(earlier, soon)).deletedRecords.some((record) => record.id === id));
});

test("errors have Salesforce's codes", async () => {
  await assert.rejects(connection.query("SELECT Id FROM"), { errorCode: "MALFORMED_QUERY" });
  await assert.rejects(connection.query("SELECT Nope FROM Account"), { errorCode: "INVALID_FIELD" });
  await assert.rejects(connection.sobject("Nope__c").create({ Name: "x" }), { errorCode: "NOT_FOUND" });
  await assert.rejects(connection.sobject("Lead").create({ LastName: "Doe" }), { errorCode: "REQUIRED_FIELD_MISSING" });
  await assert.rejects(connection.describe("Nope__c"), { errorCode: "NOT_FOUND" });
});
