// A self-signed X.509 certificate, put together by hand: Node signs and reads certificates, but makes none.

import { createSign } from "node:crypto";

const tagged = (tag, ...parts) => {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...parts) => tagged(0x30, ...parts);
const text = (value) => tagged(0x0c, Buffer.from(value));
const time = (date) => tagged(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));
const identifier = (hex) => tagged(0x06, Buffer.from(hex, "hex"));

const COMMON_NAME = "550403";
const SHA256_WITH_RSA = sequence(identifier("2a864886f70d01010b"), tagged(0x05));
const DAY = 86_400_000;

// The certificate of a key pair, in PEM, good from yesterday until tomorrow.
export function certificate(publicKey, privateKey) {
  const name = sequence(tagged(0x31, sequence(identifier(COMMON_NAME), text("local org client"))));
  const validity = sequence(time(new Date(Date.now() - DAY)), time(new Date(Date.now() + DAY)));
  const version = tagged(0xa0, tagged(0x02, Buffer.from([2])));
  const serial = tagged(0x02, Buffer.from([1]));
  const key = publicKey.export({ type: "spki", format: "der" });
  const content = sequence(version, serial, SHA256_WITH_RSA, name, validity, name, key);
  const signature = createSign("RSA-SHA256").update(content).sign(privateKey);
  const der = sequence(content, SHA256_WITH_RSA, tagged(0x03, Buffer.from([0]), signature));
  const lines = der.toString("base64").match(/.{1,64}/g).join("\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
