// What an application does with Consul's client for Node.js.
// node ordinary-use.js HTTP-PORT: prints how many checks passed, or fails.
'use strict';
const assert = require('node:assert/strict');
const http = require('node:http');
const { once } = require('node:events');
const Consul = require('consul');

const consul = new Consul({ host: '127.0.0.1', port: Number(process.argv[2]) });
const checks = [];
const check = (name, body) => checks.push([name, body]);

// Returns the first data of a watch that fits; the watch ends then.
async function awaited(watch, fits) {
  try {
    return await new Promise((resolve, reject) => {
      watch.on('change', (data) => fits(data) && resolve(data));
      watch.on('error', reject);
    });
  } finally {
    watch.end();
  }
}

const watchHealth = (service) =>
  consul.watch({
    method: consul.health.service,
    options: { service, passing: true },
    backoffFactor: 100,
  });

check('a service with a TTL is found when it has passed, and not when it fails', async () => {
  await consul.agent.service.register({
    name: 'ttl', id: 'ttl-1', port: 81, tags: ['a', 'b'], meta: { k: 'v' }, check: { ttl: '1h' },
  });
  assert.deepEqual(await consul.health.service({ service: 'ttl', passing: true }), []);
  await consul.agent.check.pass({ id: 'service:ttl-1', note: 'fine' });
  const [found] = await consul.health.service({ service: 'ttl', passing: true, tag: 'a' });
  assert.equal(found.Service.ID, 'ttl-1');
  assert.equal(found.Service.Port, 81);
  assert.deepEqual(found.Service.Meta, { k: 'v' });
  assert.equal((await consul.agent.check.list())['service:ttl-1'].Output, 'fine');
  await consul.agent.check.warn('service:ttl-1');
  assert.equal((await consul.health.checks('ttl'))[0].Status, 'warning');
  await consul.agent.check.fail('service:ttl-1');
  assert.equal((await consul.health.state('critical'))[0].CheckID, 'service:ttl-1');
  await consul.agent.service.deregister('ttl-1');
  assert.deepEqual(await consul.health.service('ttl'), []);
});

check('a watcher sees a web server come and, when its socket is closed, go', async () => {
  const web = http.createServer((_, answer) => answer.end('well')).listen(0, '127.0.0.1');
  await once(web, 'listening');
  await consul.agent.service.register({
    name: 'web', port: web.address().port,
    check: { http: `http://127.0.0.1:${web.address().port}/`, interval: '1s', timeout: '1s' },
  });
  const [up] = await awaited(watchHealth('web'), (data) => data.length === 1);
  assert.equal(up.Service.Port, web.address().port);
  web.close();
  web.closeAllConnections();
  await awaited(watchHealth('web'), (data) => data.length === 0);
  await consul.agent.service.deregister('web');
});

check('checks and maintenance of their own', async () => {
  await consul.agent.service.register('plain');
  await consul.agent.check.register({ name: 'extra', ttl: '1h', serviceid: 'plain' });
  assert.equal((await consul.health.service({ service: 'plain', passing: true })).length, 0);
  await consul.agent.check.pass('extra');
  assert.equal((await consul.health.service({ service: 'plain', passing: true })).length, 1);
  await consul.agent.service.maintenance({ id: 'plain', enable: true, reason: 'repair' });
  assert.equal((await consul.health.service({ service: 'plain', passing: true })).length, 0);
  await consul.agent.service.maintenance({ id: 'plain', enable: false });
  await consul.agent.check.deregister('extra');
  assert.equal((await consul.agent.service.list()).plain.Service, 'plain');
  await consul.agent.service.deregister('plain');
});

check('the catalog and the node', async () => {
  const self = await consul.agent.self();
  const [member] = await consul.agent.members();
  assert.equal(member.Name, self.Config.NodeName);
  assert.deepEqual(await consul.catalog.datacenters(), ['dc1']);
  await consul.catalog.register({
    node: 'ext', address: '192.0.2.7', service: { service: 'db', port: 5432 },
  });
  const nodes = await consul.catalog.node.list();
  assert.ok(nodes.some((node) => node.Node === 'ext'));
  assert.ok('db' in (await consul.catalog.service.list()));
  assert.equal((await consul.catalog.service.nodes('db'))[0].Address, '192.0.2.7');
  assert.ok('db' in (await consul.catalog.node.services('ext')).Services);
  assert.deepEqual(await consul.health.node('ext'), []);
  await consul.catalog.deregister({ node: 'ext' });
  assert.deepEqual(await consul.catalog.service.nodes('db'), []);
  assert.equal(await consul.status.leader(), '127.0.0.1:8300');
  assert.deepEqual(await consul.status.peers(), ['127.0.0.1:8300']);
});

check('keys', async () => {
  assert.equal(await consul.kv.get('no'), undefined);
  assert.equal(await consul.kv.set('a/b c/ü', 'hello'), true);
  const found = await consul.kv.get('a/b c/ü');
  assert.equal(found.Value, 'hello');
  // This client turns an answer false into nothing.
  assert.ok(!(await consul.kv.set({ key: 'a/b c/ü', value: 'late', cas: '1' })));
  assert.equal(
    await consul.kv.set({ key: 'a/b c/ü', value: 'now', cas: String(found.ModifyIndex), flags: 7 }),
    true,
  );
  assert.equal((await consul.kv.get('a/b c/ü')).Flags, 7);
  assert.deepEqual(await consul.kv.get({ key: 'a/b c/ü', raw: true }), Buffer.from('now'));
  await consul.kv.set('a/z', '');
  assert.equal((await consul.kv.get({ key: 'a/', recurse: true })).length, 2);
  assert.deepEqual(await consul.kv.keys({ key: 'a/', separator: '/' }), ['a/b c/', 'a/z']);
  await consul.kv.del('a/z');
  await consul.kv.del({ key: 'a/', recurse: true });
  assert.equal(await consul.kv.get({ key: 'a/', recurse: true }), undefined);
});

check('a watcher of a key sees its next value', async () => {
  await consul.kv.set('watched', 'one');
  const watch = consul.watch({ method: consul.kv.get, options: { key: 'watched' } });
  const seen = [];
  await awaited(watch, ({ Value }) => {
    seen.push(Value);
    if (Value === 'one') consul.kv.set('watched', 'two');
    return Value === 'two';
  });
  assert.deepEqual(seen, ['one', 'two']);
});

check('a lock has one holder until its session ends', async () => {
  const first = (await consul.session.create({ name: 'first', ttl: '30s', lockdelay: '0s' })).ID;
  const second = (await consul.session.create({ name: 'second', lockdelay: '0s' })).ID;
  assert.equal(await consul.kv.set({ key: 'lock', value: '1', acquire: first }), true);
  assert.ok(!(await consul.kv.set({ key: 'lock', value: '2', acquire: second })));
  assert.equal((await consul.kv.get('lock')).Session, first);
  assert.equal((await consul.session.renew(first))[0].ID, first);
  assert.equal((await consul.session.get(first)).Name, 'first');
  assert.ok((await consul.session.list()).length >= 2);
  const held = consul.watch({ method: consul.kv.get, options: { key: 'lock' } });
  const free = awaited(held, (entry) => entry.Session === undefined);
  await consul.session.destroy(first);
  await free;
  assert.equal(await consul.kv.set({ key: 'lock', value: '2', acquire: second }), true);
  assert.equal((await consul.kv.get('lock')).LockIndex, 2);
  assert.equal(await consul.kv.set({ key: 'lock', value: '3', release: second }), true);
  await consul.session.destroy(second);
});

check('a transaction happens whole or not at all', async () => {
  const done = await consul.transaction.create([
    { KV: { Verb: 'set', Key: 't/1', Value: Buffer.from('x').toString('base64') } },
    { KV: { Verb: 'get', Key: 't/1' } },
  ]);
  assert.equal(done.Results.length, 2);
  await assert.rejects(
    consul.transaction.create([
      { KV: { Verb: 'set', Key: 't/2', Value: '' } },
      { KV: { Verb: 'check-index', Key: 't/1', Index: 1 } },
    ]),
    (error) => error.response.statusCode === 409,
  );
  assert.equal(await consul.kv.get('t/2'), undefined);
});

check('what is wrong is refused', async () => {
  await assert.rejects(
    consul.agent.check.pass('nobody'),
    (error) => error.response.statusCode === 404 && /^Unknown check ID "nobody"/.test(error.response.body),
  );
  await assert.rejects(
    consul.kv.set('big', 'x'.repeat((512 << 10) + 1)),
    (error) => error.response.statusCode === 413,
  );
});

(async () => {
  for (const [name, body] of checks) {
    try {
      await body();
    } catch (error) {
      error.message = `${name}: ${error.message}`;
      throw error;
    }
  }
  console.log(`${checks.length} passed`);
  consul.destroy();
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
