// Salesforce's command line, unchanged: sign-in, records, queries, descriptions, bulk.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { certificate } from "./certificate.js";
import { control, done, home, mark, rows, sf, token, url } from "./sf.js";

const FIELD = "SfKey__c";

before(async () => {
  const given = { SF_ACCESS_TOKEN: await token() };
  await done(["org", "login", "access-token", "--instance-url", url, "--no-prompt", "--alias", "org", "--set-default"], given);
  const metadata = { label: FIELD, type: "Text", length: 64, externalId: true, unique: true };
  const answer = await fetch(`${url}/services/data/v66.0/tooling/sobjects/CustomField`, {
    method: "POST",
    headers: { Authorization: `Bearer ${await token()}`, "Content-Type": "application/json" },
    body: JSON.stringify({ FullName: `Account.${FIELD}`, Metadata: metadata }),
  });
  assert.equal(answer.status, 201);
});

test("a signed assertion", async () => {
  const [user] = await control("GET", "/users");
  const profile = (await done(["data", "get", "record", "--sobject", "User", "--record-id", user.id])).ProfileId;
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const app = { jwt_bearer: true, certificate: certificate(publicKey, privateKey), permitted_users: "admin_approved", approved_profiles: [profile] };
  const { consumer_key } = await control("POST", "/apps", { name: mark(), ...app });
  const key = join(home, "key.pem");
  writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }));
  const words = ["org", "login", "jwt", "--client-id", consumer_key, "--jwt-key-file", key, "--username", user.username, "--instance-url", url];
  // A home of its own: this user is signed in already, by a token.
  const other = mkdtempSync(join(home, "other-"));
  assert.equal((await done(words, { HOME: other })).username, user.username);
});

test("a token in place of a login", async () => {
  const words = ["data", "query", "--query", "SELECT Id FROM Organization", "--target-org", await token()];
  assert.equal((await done(words, { SF_ORG_INSTANCE_URL: url })).totalSize, 1);
});

test("the org is shown", async () => {
  const shown = await done(["org", "display", "--target-org", "org"]);
  assert.equal(new URL(shown.instanceUrl).origin, url);
  assert.ok((await done(["org", "list", "limits"])).some((limit) => limit.name === "DailyApiRequests"));
});

test("a record is created, read, changed and deleted", async () => {
  const name = mark();
  const { id } = await done(["data", "create", "record", "--sobject", "Account", "--values", `Name=${name} NumberOfEmployees=3`]);
  const read = await done(["data", "get", "record", "--sobject", "Account", "--where", `Name=${name}`]);
  assert.deepEqual([read.Id, read.NumberOfEmployees], [id, 3]);
  await done(["data", "update", "record", "--sobject", "Account", "--record-id", id, "--values", "Phone=1"]);
  const found = await done(["data", "query", "--query", `SELECT Phone FROM Account WHERE Id = '${id}'`]);
  assert.equal(found.records[0].Phone, "1");
  await done(["data", "delete", "record", "--sobject", "Account", "--record-id", id]);
  assert.notEqual((await sf(["data", "get", "record", "--sobject", "Account", "--record-id", id])).status, 0);
});

test("parents, children and sums are queried with their columns", async () => {
  const name = mark();
  const { id } = await done(["data", "create", "record", "--sobject", "Account", "--values", `Name=${name}`]);
  await done(["data", "create", "record", "--sobject", "Contact", "--values", `LastName=Roe AccountId=${id}`]);
  const parents = await done(["data", "query", "--query", `SELECT LastName, Account.Name FROM Contact WHERE AccountId = '${id}'`]);
  assert.equal(parents.records[0].Account.Name, name);
  const children = await done(["data", "query", "--query", `SELECT Id, (SELECT LastName FROM Contacts) FROM Account WHERE Id = '${id}'`]);
  assert.equal(children.records[0].Contacts.records[0].LastName, "Roe");
  const sums = await done(["data", "query", "--query", "SELECT Status, COUNT(Id) n FROM Lead GROUP BY Status"]);
  assert.ok(Array.isArray(sums.records));
});

test("a tree of records", async () => {
  const account = { attributes: { type: "Account", referenceId: "a" }, Name: mark() };
  account.Contacts = { records: [{ attributes: { type: "Contact", referenceId: "c" }, LastName: "Roe" }] };
  writeFileSync(join(home, "tree.json"), JSON.stringify({ records: [account] }));
  const made = await done(["data", "import", "tree", "--files", "tree.json"]);
  assert.deepEqual(made.map((record) => record.type).sort(), ["Account", "Contact"]);
});

test("objects are described", async () => {
  assert.ok((await done(["sobject", "list", "--sobject", "all"])).includes("Lead"));
  assert.ok((await done(["sobject", "describe", "--sobject", "Lead"])).fields.some((field) => field.name === "Company"));
});

test("20,001 rows are loaded and read again", async () => {
  const company = mark();
  const lines = Array.from({ length: rows }, (_, n) => `Doe ${n},${company}\n`);
  writeFileSync(join(home, "leads.csv"), `LastName,Company\n${lines.join("")}`);
  const loaded = await done(["data", "import", "bulk", "--sobject", "Lead", "--file", "leads.csv", "--wait", "5"]);
  assert.deepEqual([loaded.processedRecords, loaded.failedRecords], [rows, 0]);
  const query = `SELECT LastName FROM Lead WHERE Company = '${company}'`;
  await done(["data", "export", "bulk", "--query", query, "--output-file", "out.csv", "--wait", "5"]);
  const names = readFileSync(join(home, "out.csv"), "utf8").trim().split("\n").slice(1);
  assert.equal(new Set(names).size, rows);
});

test("an upsert by external id", async () => {
  const name = mark();
  writeFileSync(join(home, "accounts.csv"), `${FIELD},Name\n${name}-1,Acme\n${name}-2,Acme\n`);
  const words = ["data", "upsert", "bulk", "--sobject", "Account", "--file", "accounts.csv", "--external-id", FIELD, "--wait", "5"];
  for (let round = 0; round < 2; round += 1) {
    assert.equal((await done(words)).jobInfo.numberRecordsFailed, 0);
  }
  const found = await done(["data", "query", "--query", `SELECT Id FROM Account WHERE ${FIELD} LIKE '${name}%'`]);
  assert.equal(found.totalSize, 2);
});

test("errors have Salesforce's names", async () => {
  assert.equal((await sf(["data", "query", "--query", "SELECT Id FROM"])).name, "MALFORMED_QUERY");
  assert.equal((await sf(["sobject", "describe", "--sobject", "Nope__c"])).name, "NOT_FOUND");
});
