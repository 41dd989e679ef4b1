// What an application does with ioredis.
// node ioredis.js PORT CLUSTER-PORT: prints how many checks passed, or fails.
'use strict';
const assert = require('node:assert/strict');
const { once } = require('node:events');
const { pipeline } = require('node:stream/promises');
const { Cluster, Redis } = require('ioredis');
const { awaited, check, run, until } = require('./checks');

const [port, clusterPort] = process.argv.slice(2).map(Number);
const open = [];
const connect = (options = {}) => {
  const client = new Redis({ host: '127.0.0.1', port, ...options });
  open.push(client);
  return client;
};
const redis = connect();
const cluster = new Cluster([{ host: '127.0.0.1', port: clusterPort }]);
open.push(cluster);

check('strings, hashes, lists, sets and sorted sets come back as they went', async () => {
  assert.equal(await redis.set('s', 'v', 'PX', 100_000, 'NX'), 'OK');
  assert.equal(await redis.set('s', 'w', 'NX'), null);
  assert.ok((await redis.pttl('s')) > 90_000);
  await redis.hset('h', { a: 1, b: 'two' });
  assert.deepEqual(await redis.hgetall('h'), { a: '1', b: 'two' });
  await redis.hset('h', new Map([['c', '3']]));
  assert.deepEqual(await redis.hmget('h', 'c', 'none', 'a'), ['3', null, '1']);
  await redis.rpush('l', ['a', 'b', 'c']);
  assert.deepEqual(await redis.lrange('l', 0, -1), ['a', 'b', 'c']);
  await redis.zadd('z', 1.5, 'x', 'inf', 'y');
  assert.deepEqual(await redis.zrange('z', 0, -1, 'WITHSCORES'), ['x', '1.5', 'y', 'inf']);
  const bytes = Buffer.from([0, 13, 10, 255]);
  await redis.set(bytes, bytes);
  assert.deepEqual(await redis.getBuffer(bytes), bytes);
  await assert.rejects(redis.incr('l'), /^ReplyError: WRONGTYPE Operation against a key/);
});

check('a pipeline answers in order, each with its own error', async () => {
  const pipe = redis.pipeline().set('p', 'text').incr('p');
  for (let i = 0; i < 1_000; i++) pipe.incr('n');
  const answers = await pipe.exec();
  assert.deepEqual(answers[0], [null, 'OK']);
  assert.match(answers[1][0].message, /not an integer/);
  assert.deepEqual(answers.slice(2).map(([, count]) => count), [...Array(1_000).keys()].map((i) => i + 1));
});

check('commands of one turn are sent together when it is asked to', async () => {
  const client = connect({ enableAutoPipelining: true });
  const counts = await Promise.all([...Array(100)].map(() => client.incr('auto')));
  assert.deepEqual(counts, [...Array(100).keys()].map((i) => i + 1));
});

check('MULTI happens whole, and not at all when a watched key has changed', async () => {
  assert.deepEqual(
    await redis.multi().set('m', 1).incr('m').get('m').exec(),
    [[null, 'OK'], [null, 2], [null, '2']],
  );
  const other = connect();
  await other.watch('m');
  await redis.set('m', 'changed');
  assert.equal(await other.multi().set('m', 'lost').exec(), null);
  assert.equal(await redis.get('m'), 'changed');
  await assert.rejects(redis.multi().set('m').exec(), /EXECABORT/);
});

check('a script of its own is loaded once and called by its digest', async () => {
  redis.defineCommand('push', {
    numberOfKeys: 2,
    lua: `redis.call('RPUSH', KEYS[1], ARGV[1], ARGV[2])
          redis.call('INCRBY', KEYS[2], #ARGV)
          return {redis.call('LRANGE', KEYS[1], 0, -1), redis.call('GET', KEYS[2]), 3.7, false}`,
  });
  assert.deepEqual(await redis.push('{own}list', '{own}count', 'a', 'b'), [['a', 'b'], '2', 3, null]);
  assert.deepEqual((await redis.push('{own}list', '{own}count', 'c', 'd'))[1], '4');
  // A script that the server has forgotten is loaded again.
  await redis.script('FLUSH');
  const answers = await redis.pipeline().push('{own}list', '{own}count', 'e', 'f').exec();
  assert.equal(answers[0][1][1], '6');
  const inMulti = await redis.multi().push('{own}list', '{own}count', 'g', 'h').exec();
  assert.equal(inMulti[0][1][1], '8');
  redis.defineCommand('fails', { numberOfKeys: 0, lua: "return redis.error_reply('MINE is broken')" });
  await assert.rejects(redis.fails(), /^ReplyError: MINE is broken/);
});

check('functions are loaded and called', async () => {
  const library = "#!lua name=mine\nredis.register_function('sum', function(keys, args) return args[1] + args[2] end)";
  assert.equal(await redis.function('LOAD', 'REPLACE', library), 'mine');
  assert.equal(await redis.fcall('sum', 0, 40, 2), 42);
  assert.equal((await redis.function('LIST'))[0][1], 'mine');
  assert.equal(await redis.function('DELETE', 'mine'), 'OK');
});

check('who subscribes is told, by channel and by pattern, as text and as bytes', async () => {
  const subscriber = connect();
  assert.equal(await subscriber.subscribe('news', 'other'), 2);
  assert.equal(await subscriber.psubscribe('n?ws'), 3);
  const message = once(subscriber, 'message');
  const byPattern = once(subscriber, 'pmessage');
  const bytes = once(subscriber, 'messageBuffer');
  assert.equal(await redis.publish('news', 'hello'), 2);
  assert.deepEqual(await message, ['news', 'hello']);
  assert.deepEqual(await byPattern, ['n?ws', 'news', 'hello']);
  assert.deepEqual((await bytes)[1], Buffer.from('hello'));
  assert.equal(await subscriber.unsubscribe('news', 'other'), 1);
  assert.equal(await subscriber.punsubscribe('n?ws'), 0);
  assert.equal(await subscriber.get('s'), 'v');
});

check('a subscriber whose connection is ended subscribes again by itself', async () => {
  const subscriber = connect({ retryStrategy: () => 10 });
  await subscriber.subscribe('again');
  const id = (await redis.client('LIST')).match(/id=(\d+) .*sub=1 /)[1];
  const back = once(subscriber, 'ready');
  assert.equal(await redis.client('KILL', 'ID', id), 1);
  await back;
  const told = once(subscriber, 'message');
  await until('a subscriber', async () => (await redis.publish('again', 'you')) === 1);
  assert.deepEqual(await told, ['again', 'you']);
});

check('two consumers of a group share a stream, and one takes over what the other left', async () => {
  assert.equal(await redis.xgroup('CREATE', 'stream', 'group', '$', 'MKSTREAM'), 'OK');
  const [first, second] = [connect(), connect()];
  const waits = [first, second].map((client, i) =>
    client.xreadgroup('GROUP', 'group', `c${i}`, 'COUNT', 1, 'BLOCK', 20_000, 'STREAMS', 'stream', '>'));
  await until('both wait', async () => (await redis.info('clients')).includes('blocked_clients:2'));
  const ids = [await redis.xadd('stream', '*', 'n', '1'), await redis.xadd('stream', '*', 'n', '2')];
  const taken = (await Promise.all(waits)).map(([[name, [[id]]]]) => [name, id]);
  assert.deepEqual(taken.map(([name]) => name), ['stream', 'stream']);
  assert.deepEqual(taken.map(([, id]) => id).sort(), ids);
  assert.equal((await redis.xpending('stream', 'group'))[0], 2);
  assert.equal(await redis.xack('stream', 'group', taken[0][1]), 1);
  const [next, claimed] = await redis.xautoclaim('stream', 'group', 'c0', 0, '0');
  assert.equal(next, '0-0');
  assert.deepEqual(claimed.map(([id]) => id), [taken[1][1]]);
  assert.equal(await redis.xack('stream', 'group', taken[1][1]), 1);
  assert.equal((await redis.xpending('stream', 'group'))[0], 0);
  assert.equal(await first.xreadgroup('GROUP', 'group', 'c0', 'BLOCK', 5, 'STREAMS', 'stream', '>'), null);
  assert.equal(await redis.xlen('stream'), 2);
});

check('who waits for an element is given it', async () => {
  const waiting = connect();
  const element = waiting.blpop('queue', 20);
  await until('it waits', async () => (await redis.info('clients')).includes('blocked_clients:1'));
  await redis.rpush('queue', 'job');
  assert.deepEqual(await element, ['queue', 'job']);
});

check('changes of keys, and their expiry, are told', async () => {
  assert.equal(await redis.config('SET', 'notify-keyspace-events', 'KEA'), 'OK');
  const subscriber = connect();
  const seen = [];
  const expired = awaited('an expiry');
  subscriber.on('pmessage', (_, channel, event) => {
    seen.push(`${channel.split(':')[1]} ${event}`);
    if (event === 'expired') expired.resolve();
  });
  await subscriber.psubscribe('__keyspace@0__:soon');
  await redis.set('soon', '1', 'PX', 20);
  await expired.promise;
  assert.deepEqual(seen, ['soon set', 'soon expire', 'soon expired']);
  await redis.config('SET', 'notify-keyspace-events', '');
});

check('scan streams give every key, field and member', async () => {
  const names = [...Array(2_500).keys()].map((i) => `scanned:${i}`);
  await redis.mset(names.flatMap((name) => [name, '1']));
  await redis.hset('scanned', Object.fromEntries(names.map((name) => [name, '2'])));
  const found = new Set();
  await pipeline(redis.scanStream({ match: 'scanned:*', count: 100, type: 'string' }), async (pages) => {
    for await (const page of pages) page.forEach((name) => found.add(name));
  });
  assert.deepEqual(found, new Set(names));
  const fields = {};
  for await (const page of redis.hscanStream('scanned', { count: 100 })) {
    for (let i = 0; i < page.length; i += 2) fields[page[i]] = page[i + 1];
  }
  assert.equal(Object.keys(fields).length, 2_500);
  assert.ok(Object.values(fields).every((value) => value === '2'));
});

check('monitoring shows what others ask', async () => {
  const monitor = await redis.monitor();
  const shown = once(monitor, 'monitor');
  await redis.echo('look');
  assert.deepEqual((await shown)[1], ['echo', 'look']);
  monitor.disconnect();
});

check('a user sees only what it may', async () => {
  await redis.acl('SETUSER', 'reader', 'on', '>secret', '~public:*', '+@read', '+@connection', '+info');
  const reader = connect({ username: 'reader', password: 'secret' });
  assert.equal(await reader.get('public:1'), null);
  await assert.rejects(reader.get('private'), /NOPERM this user has no permissions to access one of the keys/);
  await assert.rejects(reader.set('public:1', 'x'), /NOPERM this user has no permissions to run the 'set' command/);
  const stranger = connect({ username: 'reader', password: 'wrong', retryStrategy: () => null });
  assert.match((await once(stranger, 'error'))[0].message, /WRONGPASS/);
});

check('a key prefix and another database keep things apart', async () => {
  const client = connect({ keyPrefix: 'app:', db: 3 });
  await client.set('k', 'v');
  assert.equal(await redis.exists('app:k'), 0);
  assert.deepEqual(await client.keys('*'), ['app:k']);
});

check('a cluster of one is found with all its slots', async () => {
  await cluster.set('c', '1');
  assert.equal(cluster.nodes('master').length, 1);
  const pairs = [...Array(200).keys()];
  await Promise.all(pairs.map((i) => cluster.set(`c:${i}`, i)));
  assert.deepEqual(
    await Promise.all(pairs.map((i) => cluster.get(`c:${i}`))), pairs.map(String));
  const answers = await cluster.pipeline().hset('{t}h', 'f', 'v').hget('{t}h', 'f').exec();
  assert.deepEqual(answers, [[null, 1], [null, 'v']]);
  assert.deepEqual(await cluster.multi().incr('{t}n').incr('{t}n').exec(), [[null, 1], [null, 2]]);
  await assert.rejects(cluster.mset('a', 1, 'b', 2), /CROSSSLOT/);
  cluster.defineCommand('twice', { numberOfKeys: 1, lua: "return redis.call('INCRBY', KEYS[1], 2)" });
  assert.equal(await cluster.twice('counted'), 2);
});

check('a cluster passes messages on, sharded ones, too', async () => {
  const subscriber = new Cluster([{ host: '127.0.0.1', port: clusterPort }], { shardedSubscribers: true });
  open.push(subscriber);
  const told = once(subscriber, 'message');
  await subscriber.subscribe('channel');
  assert.equal(await cluster.publish('channel', 'hello'), 1);
  assert.deepEqual(await told, ['channel', 'hello']);
  const sharded = once(subscriber, 'smessage');
  await subscriber.ssubscribe('shard');
  await until('a subscriber', async () => (await cluster.spublish('shard', 'part')) === 1);
  assert.deepEqual((await sharded).slice(0, 2), ['shard', 'part']);
});

run(() => open.forEach((client) => client.disconnect()));
