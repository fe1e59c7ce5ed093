// Salesforce's command line, run as a person would, in a home folder of its own.

import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const url = process.env.LOCAL_ORG_URL;
export const rows = 20_001;
export const home = mkdtempSync(join(tmpdir(), "local-org-sf-"));
process.on("exit", () => rmSync(home, { recursive: true, force: true }));

const program = fileURLToPath(new URL("node_modules/@salesforce/cli/bin/run.js", import.meta.url));
const environment = {
  PATH: process.env.PATH,
  HOME: home,
  SF_DISABLE_TELEMETRY: "true",
  SF_SKIP_NEW_VERSION_CHECK: "true",
  SF_AUTOUPDATE_DISABLE: "true",
  SF_USE_GENERIC_UNIX_KEYCHAIN: "true",
};

export const mark = () => randomUUID().replaceAll("-", "");

// Runs `sf` with these words; answers its output, and fails where it does.
export function plain(words, cwd = home) {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: environment, maxBuffer: 1 << 28 };
    execFile(process.execPath, [program, ...words], options, (error, output, errors) => {
      if (error) reject(new Error(`sf ${words.join(" ")}: ${error}\n${output}\n${errors}`));
      else resolve(output);
    });
  });
}

// Runs `sf` with these words and `--json`; answers what it found, whatever it came to.
export function sf(words, more = {}) {
  return new Promise((resolve, reject) => {
    const options = { cwd: home, env: { ...environment, ...more }, maxBuffer: 1 << 28 };
    execFile(process.execPath, [program, ...words, "--json"], options, (error, output, errors) => {
      try {
        resolve(JSON.parse(output));
      } catch {
        reject(new Error(`sf ${words.join(" ")}: ${error}\n${output}\n${errors}`));
      }
    });
  });
}

// The same, where anything but success is wrong.
export async function done(words, more) {
  const answer = await sf(words, more);
  if (answer.status !== 0) throw new Error(`sf ${words.join(" ")}: ${JSON.stringify(answer)}`);
  return answer.result;
}

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

export async function token() {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: process.env.LOCAL_ORG_CONSUMER_KEY,
    client_secret: process.env.LOCAL_ORG_CONSUMER_SECRET,
  });
  const answer = await fetch(`${url}/services/oauth2/token`, { method: "POST", body: form });
  return (await answer.json()).access_token;
}
