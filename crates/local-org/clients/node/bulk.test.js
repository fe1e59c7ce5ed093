// Bulk API 2.0.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { connect, keyField, mark, rows } from "./org.js";

let connection;
before(async () => {
  connection = await connect();
  connection.bulk2.pollInterval = 200;
  connection.bulk2.pollTimeout = 120_000;
});

test("20,001 rows are loaded, told apart and read again", async () => {
  const company = mark();
  const input = Array.from({ length: rows }, (_, n) => ({ LastName: n === 5 ? "" : `Doe ${n}`, Company: company }));
  const results = await connection.bulk2.loadAndWaitForResults({ object: "Lead", operation: "insert", input });
  assert.equal(results.successfulResults.length, rows - 1);
  assert.equal(results.failedResults.length, 1);
  assert.match(results.failedResults[0].sf__Error, /^REQUIRED_FIELD_MISSING/);
  assert.equal(results.unprocessedRecords.length, 0);
  const query = await connection.bulk2.query(`SELECT Id, LastName FROM Lead WHERE Company = '${company}'`);
  const read = await query.toArray();
  assert.equal(read.length, rows - 1);
  assert.equal(new Set(read.map((lead) => lead.LastName)).size, rows - 1);
});

test("an upsert by external id, with the empty Id column that jsforce writes", async () => {
  const externalIdFieldName = await keyField(connection);
  const value = mark();
  const input = [1, 2, 3].map((n) => ({ [externalIdFieldName]: `${value}-${n}`, Name: `Acme ${n}` }));
  const options = { object: "Account", operation: "upsert", externalIdFieldName, input };
  const created = async () => (await connection.bulk2.loadAndWaitForResults(options)).successfulResults.map((row) => row.sf__Created);
  assert.deepEqual(await created(), ["true", "true", "true"]);
  assert.deepEqual(await created(), ["false", "false", "false"]);
});

test("a job is aborted and deleted", async () => {
  const job = connection.bulk2.createJob({ object: "Lead", operation: "insert" });
  await job.open();
  await job.abort();
  assert.equal((await job.check()).state, "Aborted");
  await job.delete();
});

test("a query that bulk refuses", async () => {
  await assert.rejects(connection.bulk2.query("SELECT Nope FROM Account"), /Nope|INVALIDENTITY|INVALID_FIELD/);
});
