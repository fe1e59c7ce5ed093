// sfdmu, a plugin of Salesforce's command line that moves data sets: by collections, and by Bulk API 2.0.

import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { home, mark, plain, token, url } from "./sf.js";

const FIELD = "DmuKey__c";
const API = "/services/data/v66.0";
let accessToken;

async function ask(path, body) {
  const headers = { Authorization: `Bearer ${accessToken}`, "Content-Type": "application/json" };
  const answer = await fetch(url + API + path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  return answer.json();
}

before(async () => {
  accessToken = await token();
  await plain(["plugins", "link", fileURLToPath(new URL("node_modules/sfdmu", import.meta.url)), "--no-install"]);
  const metadata = { label: FIELD, type: "Text", length: 64, externalId: true, unique: true };
  await ask("/tooling/sobjects/CustomField", { FullName: `Account.${FIELD}`, Metadata: metadata });
});

async function move(number, options) {
  const name = mark();
  const folder = mkdtempSync(join(home, "data-"));
  const objects = [{ query: `SELECT Name, ${FIELD} FROM Account`, operation: "Upsert", externalId: FIELD }];
  const orgs = [{ name: "org", instanceUrl: url, accessToken }];
  writeFileSync(join(folder, "export.json"), JSON.stringify({ orgs, apiVersion: "60.0", objects, ...options }));
  const lines = Array.from({ length: number }, (_, n) => `"Acme ${n}","${name}-${n}"\n`);
  writeFileSync(join(folder, "Account.csv"), `"Name","${FIELD}"\n${lines.join("")}`);
  await plain(["sfdmu", "run", "--sourceusername", "csvfile", "--targetusername", "org", "--noprompt"], folder);
  const soql = encodeURIComponent(`SELECT Id FROM Account WHERE ${FIELD} LIKE '${name}%'`);
  return (await ask(`/query?q=${soql}`)).totalSize;
}

test("a few rows go by collections", async () => {
  assert.equal(await move(3, {}), 3);
});

test("many rows go by bulk jobs", async () => {
  assert.equal(await move(30, { bulkThreshold: 1, bulkApiVersion: "2.0", pollingIntervalMs: 500 }), 30);
});
