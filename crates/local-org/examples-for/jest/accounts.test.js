// Tests of code that talks to Salesforce, against an org of their own.

const { Org } = require('./org');

let org;
beforeAll(async () => { org = await Org.start(); });
beforeEach(() => org.reset());
afterAll(() => org?.stop());

test('a record comes back', async () => {
  const { status, body } = await org.send('POST', '/sobjects/Account', { Name: 'Acme' });
  expect([status, body.success]).toEqual([201, true]);
  expect((await org.query('SELECT Name FROM Account')).map((account) => account.Name)).toEqual(['Acme']);
});

test('nothing is left of another test', async () => {
  expect(await org.query('SELECT Id FROM Account')).toEqual([]);
});

test('a locked row is told and not written', async () => {
  const fault = { 'X-Local-Org-Fault': 'error=UNABLE_TO_LOCK_ROW' };
  const { status, body } = await org.send('POST', '/sobjects/Account', { Name: 'Acme' }, fault);
  expect([status, body[0].errorCode]).toEqual([400, 'UNABLE_TO_LOCK_ROW']);
  expect(await org.query('SELECT Id FROM Account')).toEqual([]);
});
