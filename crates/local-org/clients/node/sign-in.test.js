// Every way in that jsforce offers a program.

import assert from "node:assert/strict";
import { createSign, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import jsforce from "jsforce";
import { certificate } from "./certificate.js";
import { admin, app, connect, control, key, password, secret, securityToken, url } from "./org.js";

const works = async (connection) => (await connection.query("SELECT Id FROM Organization")).totalSize === 1;

test("client credentials", async () => {
  const connection = await connect();
  assert.ok(await works(connection));
  const user = await admin();
  assert.equal(connection.userInfo.id, user.id);
});

test("a token that another has", async () => {
  const { accessToken } = await connect();
  assert.ok(await works(new jsforce.Connection({ instanceUrl: url, accessToken })));
});

test("SOAP with user name, password and security token", async () => {
  const connection = new jsforce.Connection({ loginUrl: url });
  const user = await admin();
  const info = await connection.login(user.username, password + securityToken);
  assert.equal(info.id, user.id);
  assert.equal(info.organizationId.length, 18);
  assert.ok(await works(connection));
  await connection.logout();
});

test("a wrong password", async () => {
  const connection = new jsforce.Connection({ loginUrl: url });
  await assert.rejects(connection.login((await admin()).username, "wrong"), (error) => error.errorCode === "INVALID_LOGIN" || /INVALID_LOGIN/.test(error.message));
});

test("a password and an app", async () => {
  const own = await app({ username_password: true });
  const oauth2 = { loginUrl: url, clientId: own.consumer_key, clientSecret: own.consumer_secret };
  const connection = new jsforce.Connection({ oauth2 });
  const user = await admin();
  const info = await connection.login(user.username, password);
  assert.equal(info.id, user.id);
  assert.ok(await works(connection));
});

test("a signed assertion", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const user = await admin();
  const profile = (await (await connect()).sobject("User").retrieve(user.id)).ProfileId;
  const own = await app({ jwt_bearer: true, certificate: certificate(publicKey, privateKey), permitted_users: "admin_approved", approved_profiles: [profile] });
  const claims = { iss: own.consumer_key, sub: user.username, aud: url, exp: Math.floor(Date.now() / 1000) + 180 };
  const text = [{ alg: "RS256" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const assertion = `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey).toString("base64url")}`;
  const connection = new jsforce.Connection({ loginUrl: url });
  await connection.authorize({ grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion });
  assert.ok(await works(connection));
});

test("a wrong secret", async () => {
  const connection = new jsforce.Connection({ oauth2: { loginUrl: url, clientId: key, clientSecret: `${secret}x` } });
  await assert.rejects(connection.authorize({ grant_type: "client_credentials" }), { name: "invalid_client" });
});

test("a session that has ended is renewed by the caller's function", async () => {
  const fresh = await connect();
  let renewed = 0;
  const connection = new jsforce.Connection({
    instanceUrl: url,
    accessToken: "00D000000000000!ended",
    refreshFn: (_, done) => {
      renewed += 1;
      done(null, fresh.accessToken);
    },
  });
  assert.ok(await works(connection));
  assert.equal(renewed, 1);
});
