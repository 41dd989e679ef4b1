// What an application does with BullMQ.
// node bullmq.js PORT: prints how many checks passed, or fails. Once it prints "restart", and the server is
// to be killed and started again then.
'use strict';
const assert = require('node:assert/strict');
const { FlowProducer, Queue, QueueEvents, UnrecoverableError, Worker } = require('bullmq');
const { awaited, check, run, until } = require('./checks');

const connection = {
  host: '127.0.0.1', port: Number(process.argv[2]),
  maxRetriesPerRequest: null, retryStrategy: () => 50,
};
const open = [];
const opened = (it) => {
  it.setMaxListeners(100);
  it.on('error', () => {}); // A connection that is lost comes back by itself.
  open.push(it);
  return it;
};
const queue = (name, options) => opened(new Queue(name, { connection, ...options }));
const worker = (name, body, options) => opened(new Worker(name, body, { connection, ...options }));
const events = async (name) => {
  const it = opened(new QueueEvents(name, { connection }));
  await it.waitUntilReady();
  return it;
};

/** Offers results until there are so many. */
const collector = (count, what) => {
  const found = [];
  const all = awaited(what);
  return {
    all: all.promise,
    add: (one) => found.push(one) === count && all.resolve(found),
  };
};

check('jobs are done by workers, and their results are told', async () => {
  const told = await events('plain');
  const jobs = await queue('plain').addBulk([...Array(50).keys()].map((n) => ({ name: 'double', data: { n } })));
  const seen = [];
  told.on('completed', ({ jobId }) => seen.push(jobId));
  for (let i = 0; i < 2; i++) {
    worker('plain', async (job) => {
      await job.updateProgress(50);
      await job.log(`n is ${job.data.n}`);
      return job.data.n * 2;
    }, { concurrency: 5 });
  }
  assert.deepEqual(
    await Promise.all(jobs.map((job) => job.waitUntilFinished(told, 20_000))),
    jobs.map((job) => job.data.n * 2),
  );
  await until('every completion is told', () => seen.length === 50);
  assert.equal(new Set(seen).size, 50);
  const q = queue('plain');
  assert.equal(await q.getCompletedCount(), 50);
  const first = await q.getJob(jobs[0].id);
  assert.equal(first.progress, 50);
  assert.deepEqual((await q.getJobLogs(first.id)).logs, ['n is 0']);
});

check('a delayed job is done when its time has come, and not before', async () => {
  const q = queue('delayed');
  const done = collector(2, 'delayed jobs');
  worker('delayed', async (job) => done.add([job.name, Date.now() - job.timestamp]));
  await q.add('late', {}, { delay: 300 });
  await q.add('now', {});
  const [first, second] = await done.all;
  assert.equal(first[0], 'now');
  assert.equal(second[0], 'late');
  assert.ok(second[1] >= 300, `${second[1]} ms (expected: >= 300)`);
});

check('a schedule makes one job after the other until it is removed', async () => {
  const q = queue('scheduled');
  const done = collector(3, 'three repetitions');
  worker('scheduled', async (job) => done.add(job.data));
  await q.upsertJobScheduler('tick', { every: 100 }, { name: 'tick', data: { a: 1 } });
  assert.deepEqual(await done.all, [{ a: 1 }, { a: 1 }, { a: 1 }]);
  const [scheduler] = await q.getJobSchedulers();
  assert.equal(scheduler.key, 'tick');
  await q.upsertJobScheduler('hourly', { pattern: '0 0 * * * *' }, { name: 'hourly' });
  assert.equal(await q.getJobSchedulersCount(), 2);
  assert.equal(await q.removeJobScheduler('tick'), true);
  assert.equal(await q.removeJobScheduler('hourly'), true);
  assert.equal(await q.getDelayedCount(), 0);
});

check('jobs are done by priority, and in their order within one', async () => {
  const q = queue('prioritized');
  for (const [name, priority] of [['c', 9], ['a', 1], ['b1', 5], ['b2', 5], ['first', 0]]) {
    await q.add(name, {}, { priority });
  }
  assert.deepEqual(await q.getCountsPerPriority([0, 1, 5, 9]), { 0: 1, 1: 1, 5: 2, 9: 1 });
  const done = collector(5, 'five jobs');
  worker('prioritized', async (job) => done.add(job.name));
  assert.deepEqual(await done.all, ['first', 'a', 'b1', 'b2', 'c']);
});

check('what fails is tried again, later each time, and fails in the end', async () => {
  const q = queue('retried');
  const told = await events('retried');
  const times = [];
  worker('retried', async (job) => {
    if (job.name === 'hopeless') throw new UnrecoverableError('no use');
    times.push(Date.now());
    if (job.attemptsMade < 2) throw new Error(`attempt ${job.attemptsMade}`);
    return 'well';
  });
  const backoff = { type: 'exponential', delay: 50 };
  const job = await q.add('flaky', {}, { attempts: 3, backoff });
  assert.equal(await job.waitUntilFinished(told, 20_000), 'well');
  assert.equal(times.length, 3);
  assert.ok(times[1] - times[0] >= 50 && times[2] - times[1] >= 100, `${times}`);
  const hopeless = await q.add('hopeless', {}, { attempts: 3, backoff });
  await assert.rejects(hopeless.waitUntilFinished(told, 20_000), /no use/);
  assert.equal(await q.getFailedCount(), 1);
  assert.equal((await q.getFailed())[0].attemptsMade, 1);
});

check('a rate limit holds jobs back', async () => {
  const q = queue('limited');
  const done = collector(6, 'six jobs');
  await q.addBulk([...Array(6)].map(() => ({ name: 'x', data: {} })));
  worker('limited', async () => done.add(Date.now()), { limiter: { max: 2, duration: 200 }, concurrency: 6 });
  const times = await done.all;
  // Two a window: the last two begin two windows after the first, as the server counts them.
  assert.ok(times[5] - times[0] >= 300, `${times[5] - times[0]} ms`);
});

check('a parent waits for its children, and sees what they returned', async () => {
  const flows = opened(new FlowProducer({ connection }));
  const told = await events('parents');
  worker('children', async (job) => job.data.n * 10);
  worker('parents', async (job) =>
    Object.values(await job.getChildrenValues()).reduce((sum, value) => sum + value, 0));
  const tree = await flows.add({
    name: 'sum', queueName: 'parents',
    children: [
      ...[1, 2, 3].map((n) => ({ name: 'part', queueName: 'children', data: { n } })),
      {
        name: 'inner', queueName: 'parents',
        children: [{ name: 'leaf', queueName: 'children', data: { n: 4 } }],
      },
    ],
  });
  assert.equal(await tree.job.waitUntilFinished(told, 20_000), 100);
  assert.deepEqual((await tree.job.getDependencies()).unprocessed ?? [], []);
});

check('a queue that is paused does nothing until it goes on', async () => {
  const q = queue('paused');
  const done = collector(1, 'the job');
  await q.pause();
  await q.add('x', {});
  worker('paused', async (job) => done.add(job.name));
  assert.equal(await q.isPaused(), true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(await q.getCompletedCount(), 0);
  await q.resume();
  assert.deepEqual(await done.all, ['x']);
});

check('the same id, or the same deduplication id, is one job', async () => {
  const q = queue('same');
  const told = await events('same');
  const duplicates = [];
  told.on('deduplicated', ({ jobId }) => duplicates.push(jobId));
  await q.add('x', {}, { jobId: 'one' });
  await q.add('x', {}, { jobId: 'one' });
  const first = await q.add('y', {}, { deduplication: { id: 'd' } });
  const second = await q.add('y', {}, { deduplication: { id: 'd' } });
  assert.equal(second.id, first.id);
  assert.equal(await q.getWaitingCount(), 2);
  await until('it is told', () => duplicates.length === 1);
  await q.obliterate({ force: true });
  assert.equal(await q.getWaitingCount(), 0);
});

check('a job whose worker died is taken over, once', async () => {
  const q = queue('stalled');
  const taken = awaited('a first worker');
  const dead = worker('stalled', () => {
    taken.resolve();
    return new Promise(() => {});
  }, { lockDuration: 300, skipStalledCheck: true, skipLockRenewal: true });
  await q.add('x', { n: 7 });
  await taken.promise;
  await dead.close(true);
  const told = await events('stalled');
  const stalled = awaited('a stalled job');
  told.on('stalled', ({ jobId }) => stalled.resolve(jobId));
  const done = [];
  worker('stalled', async (job) => done.push(job.data.n), { stalledInterval: 100, lockDuration: 300 });
  assert.equal(await stalled.promise, '1');
  await until('it is done', async () => (await q.getCompletedCount()) === 1);
  assert.deepEqual(done, [7]);
});

check('no job is lost, and none done twice, when the server is killed in between', async () => {
  const q = queue('killed');
  const done = new Map();
  const added = [];
  const half = awaited('half of the jobs');
  const options = { stalledInterval: 200, lockDuration: 1_000, maxStalledCount: 5, concurrency: 4 };
  for (let i = 0; i < 2; i++) {
    worker('killed', async (job) => {
      done.set(job.id, [...(done.get(job.id) ?? []), job.attemptsStarted]);
      if (done.size === 100) half.resolve();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }, options);
  }
  for (let i = 0; i < 100; i++) added.push((await q.add('x', { i }, { delay: i % 10 === 0 ? 100 : 0 })).id);
  const more = (async () => {
    for (let i = 100; i < 300; i++) added.push((await q.add('x', { i }, { jobId: `job-${i}` })).id);
  })();
  await half.promise;
  console.log('restart');
  await more;
  await until('all are completed', async () => (await q.getCompletedCount()) === 300);
  assert.equal(await q.getFailedCount(), 0);
  assert.deepEqual(await q.getJobCounts('wait', 'active', 'delayed'), { wait: 0, active: 0, delayed: 0 });
  assert.deepEqual(new Set(done.keys()), new Set(added));
  // Only what was running when its worker lost the server may run again: eight at most, as many as run at once.
  const again = [...done.values()].filter((attempts) => attempts.length > 1);
  assert.ok(again.length <= 8, `${again.length} done again (expected: <= 8)`);
});

run(() => Promise.all(open.map((it) => it.close(it instanceof Worker ? true : undefined))));
