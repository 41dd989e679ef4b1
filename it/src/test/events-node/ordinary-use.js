// What an application does with KurrentDB's or EventStoreDB's client for Node.js.
// node ordinary-use.js MODULE CONNECTION-STRING: prints how many checks passed, or fails.
'use strict';
const assert = require('node:assert/strict');
const [moduleName, connection] = process.argv.slice(2);
const db = require(moduleName);
const Client = db.KurrentDBClient ?? db.EventStoreDBClient;
// The newer client says "state", the older one "revision".
const expecting = (value) => ({ expectedRevision: value, streamState: value });
const client = Client.connectionString(connection);
const checks = [];
const check = (name, body) => checks.push([name, body]);
const json = (type, data, metadata) => db.jsonEvent({ type, data, metadata });

async function all(events) {
  const found = [];
  for await (const event of events) found.push(event);
  return found;
}

async function first(events, count) {
  const found = [];
  for await (const event of events) {
    if (event.event === undefined) continue;
    found.push(event);
    if (found.length === count) break;
  }
  return found;
}

check('an event comes back as it was appended', async () => {
  const event = json('placed', { amount: 7 }, { by: 'me' });
  const result = await client.appendToStream('order-1', event, expecting(db.NO_STREAM));
  assert.equal(result.success, true);
  assert.equal(result.nextExpectedRevision, 0n);
  const [found] = await all(client.readStream('order-1'));
  assert.equal(found.event.id, event.id);
  assert.equal(found.event.streamId, 'order-1');
  assert.equal(found.event.type, 'placed');
  assert.equal(found.event.revision, 0n);
  assert.deepEqual(found.event.data, { amount: 7 });
  assert.deepEqual(found.event.metadata, { by: 'me' });
});

check('bytes come back as they were appended', async () => {
  const bytes = Buffer.from([0, 1, 254, 255]);
  const event = db.binaryEvent({ type: 'bytes', data: bytes });
  await client.appendToStream('bytes-1', event);
  const [found] = await all(client.readStream('bytes-1'));
  assert.deepEqual(Buffer.from(found.event.data), bytes);
  assert.equal(found.event.isJson, false);
});

check('a wrong revision is refused with the actual one', async () => {
  await assert.rejects(
    client.appendToStream('order-1', json('late', {}), expecting(5n)),
    (error) => {
      assert.equal(error.type, db.ErrorType.WRONG_EXPECTED_VERSION);
      assert.equal(error.actualState ?? error.actualVersion, 0n);
      return true;
    });
});

check('a repeated append is done once', async () => {
  const event = json('once', {});
  await client.appendToStream('once-1', event, expecting(db.NO_STREAM));
  await client.appendToStream('once-1', event, expecting(db.NO_STREAM));
  assert.equal((await all(client.readStream('once-1'))).length, 1);
});

check('a stream is read from both ends', async () => {
  const events = Array.from({ length: 50 }, (_, i) => json('numbered', { i }));
  await client.appendToStream('numbered-1', events);
  const numbers = (found) => found.map(({ event }) => event.data.i);
  assert.deepEqual(
    numbers(await all(client.readStream('numbered-1', { fromRevision: 10n, maxCount: 3 }))),
    [10, 11, 12]);
  assert.deepEqual(
    numbers(
      await all(
        client.readStream('numbered-1', {
          direction: db.BACKWARDS,
          fromRevision: db.END,
          maxCount: 3,
        }))),
    [49, 48, 47]);
});

check('a stream that is not there is named', async () => {
  await assert.rejects(all(client.readStream('nowhere')), (error) => {
    assert.equal(error.type, db.ErrorType.STREAM_NOT_FOUND);
    assert.equal(error.streamName, 'nowhere');
    return true;
  });
});

check('all is read in the order of the log', async () => {
  const found = await all(client.readAll());
  const positions = found.map(({ event }) => event.position.commit);
  assert.ok(positions.length >= 53);
  assert.deepEqual(positions, [...positions].sort((a, b) => (a < b ? -1 : 1)));
});

check('a subscription hears what is there and what comes', async () => {
  const subscription = client.subscribeToStream('heard-1', { fromRevision: db.START });
  await client.appendToStream('heard-1', [json('heard', { i: 0 }), json('heard', { i: 1 })]);
  const heard = first(subscription, 3);
  await client.appendToStream('heard-1', json('heard', { i: 2 }));
  assert.deepEqual((await heard).map(({ event }) => event.data.i), [0, 1, 2]);
  await subscription.unsubscribe();
});

check('a subscription to all is filtered', async () => {
  const subscription = client.subscribeToAll({
    filter: db.streamNameFilter({ prefixes: ['filtered-'] }),
  });
  const heard = first(subscription, 2);
  await client.appendToStream('other-1', json('no', {}));
  await client.appendToStream('filtered-1', json('yes', {}));
  await client.appendToStream('other-1', json('no', {}));
  await client.appendToStream('filtered-2', json('yes', {}));
  assert.deepEqual(
    (await heard).map(({ event }) => event.streamId), ['filtered-1', 'filtered-2']);
  await subscription.unsubscribe();
});

check('metadata says how much of a stream is kept', async () => {
  await client.setStreamMetadata('numbered-1', { maxCount: 2 });
  const { metadata } = await client.getStreamMetadata('numbered-1');
  assert.equal(metadata.maxCount, 2);
  assert.equal((await all(client.readStream('numbered-1'))).length, 2);
});

check('a deleted stream is gone and may begin again', async () => {
  await client.deleteStream('bytes-1');
  await assert.rejects(all(client.readStream('bytes-1')), { type: db.ErrorType.STREAM_NOT_FOUND });
  await client.appendToStream('bytes-1', json('again', {}));
  const [found] = await all(client.readStream('bytes-1'));
  assert.equal(found.event.revision, 1n);
});

check('a tombstoned stream never begins again', async () => {
  await client.tombstoneStream('once-1');
  await assert.rejects(
    client.appendToStream('once-1', json('again', {})), { type: db.ErrorType.STREAM_DELETED });
});

check('a group of consumers shares a stream, and a message that was not done comes again', async () => {
  const settings = db.persistentSubscriptionToStreamSettingsFromDefaults({ startFrom: db.START });
  await client.createPersistentSubscriptionToStream('work-1', 'group', settings);
  await client.appendToStream('work-1', [0, 1, 2].map((i) => json('work', { i })));
  const subscription = client.subscribeToPersistentSubscriptionToStream('work-1', 'group');
  const done = [];
  for await (const event of subscription) {
    if (event.event.data.i === 1 && event.retryCount === 0) {
      await subscription.nack('retry', 'once more', event);
      continue;
    }
    await subscription.ack(event);
    done.push(event.event.data.i);
    if (done.length === 3) break;
  }
  await subscription.unsubscribe();
  assert.deepEqual(done.sort(), [0, 1, 2]);
  const [info] = await client.listPersistentSubscriptionsToStream('work-1');
  assert.equal(info.groupName, 'group');
  await client.deletePersistentSubscriptionToStream('work-1', 'group');
});

check('a category has a stream of links', async () => {
  const found = await all(client.readStream('$ce-order', { resolveLinkTos: true }));
  assert.equal(found[0].event.streamId, 'order-1');
  assert.equal(found[0].link.streamId, '$ce-order');
});

(async () => {
  for (const [name, body] of checks) {
    try {
      await body();
    } catch (failure) {
      throw new Error(`${name}: ${failure.stack}`, { cause: failure });
    }
  }
  console.log(`${checks.length} passed`);
  await client.dispose?.();
  process.exit(0);
})().catch((failure) => {
  console.error(failure.message);
  process.exit(1);
});
