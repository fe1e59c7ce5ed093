// The org under test, which `cargo xtask clients` has started, and what no Salesforce has: its control.

import { randomUUID } from "node:crypto";
import jsforce from "jsforce";

export const url = process.env.LOCAL_ORG_URL;
export const key = process.env.LOCAL_ORG_CONSUMER_KEY;
export const secret = process.env.LOCAL_ORG_CONSUMER_SECRET;
export const password = "local-org-password";
export const securityToken = "LOCALORGSECURITYTOKEN";
export const rows = 20_001;

// A text that no other test has.
export const mark = () => randomUUID().replaceAll("-", "");

export async function control(method, path, body) {
  const answer = await fetch(`${url}/local-org${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  const text = await answer.text();
  return text ? JSON.parse(text) : undefined;
}

export const admin = async () => (await control("GET", "/users"))[0];

// A connected app of a test's own.
export async function app(policies) {
  return control("POST", "/apps", { name: mark(), run_as: (await admin()).id, ...policies });
}

export async function connect() {
  const connection = new jsforce.Connection({ instanceUrl: url, oauth2: { loginUrl: url, clientId: key, clientSecret: secret } });
  await connection.authorize({ grant_type: "client_credentials" });
  return connection;
}

// An external-id field on Account, made when missing.
export async function keyField(connection) {
  const name = "NodeKey__c";
  const described = await connection.describe("Account");
  if (!described.fields.some((field) => field.name === name)) {
    const metadata = { label: name, type: "Text", length: 64, externalId: true, unique: true };
    await connection.tooling.sobject("CustomField").create({ FullName: `Account.${name}`, Metadata: metadata });
    connection.cache.clear();
  }
  return name;
}
