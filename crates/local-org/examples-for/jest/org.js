// A local org for the tests of one file.

const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');
const { once } = require('node:events');

class Org {
  static async start() {
    const org = new Org();
    const program = process.env.SALESBRIDGE ?? 'salesbridge';
    org.process = spawn(program, ['local-org', '--json', '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(createInterface({ input: org.process.stdout }), 'line');
    org.told = JSON.parse(line);
    return org;
  }

  async stop() {
    const ended = once(this.process, 'exit');
    this.process.kill();
    await ended;
  }

  // The org as it was when it was new; tokens end with it.
  async reset() {
    await this.send('POST', '/local-org/reset');
    const { consumer_key: client_id, consumer_secret: client_secret } = this.told;
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
    const answer = await fetch(`${this.told.url}/services/oauth2/token`, { method: 'POST', body });
    this.token = (await answer.json()).access_token;
  }

  // Status and body of an answer, whatever the status.
  async send(method, path, body, headers = {}) {
    const base = path.startsWith('/local-org') ? '' : '/services/data/v66.0';
    const answer = await fetch(this.told.url + base + path, {
      method,
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.token}`, ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  }

  async query(soql) {
    return (await this.send('GET', `/query?q=${encodeURIComponent(soql)}`)).body.records;
  }
}

module.exports = { Org };
