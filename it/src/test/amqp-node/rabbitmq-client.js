// rabbitmq-client against the AMQP port named on the command line; says what went wrong, or nothing.
const assert = require('node:assert/strict');
const {once} = require('node:events');
const {Connection, ConsumerStatus} = require('rabbitmq-client');

const rabbit = new Connection({
    url: `amqp://guest:guest@127.0.0.1:${process.argv[2]}`,
    retryLow: 20,
    retryHigh: 200,
});
rabbit.on('error', () => {});

/** Whatever is offered, until so many have come. */
function collector(count) {
    const found = [];
    let all;
    const done = new Promise(resolve => (all = resolve));
    return {
        done: () => done,
        add(one) {
            found.push(one);
            if (found.length === count) {
                all(found);
            }
        },
    };
}

async function publisherAndConsumer() {
    const events = collector(3);
    const consumer = rabbit.createConsumer(
        {
            queue: 'rc-events',
            queueOptions: {durable: true, arguments: {'x-dead-letter-exchange': 'rc-dead'}},
            qos: {prefetchCount: 2},
            exchanges: [
                {exchange: 'rc-topic', type: 'topic'},
                {exchange: 'rc-dead', type: 'fanout'},
            ],
            queueBindings: [{exchange: 'rc-topic', routingKey: 'users.*'}],
        },
        async message => {
            events.add([message.routingKey, message.body, message.redelivered]);
            if (message.body.again && !message.redelivered) {
                return ConsumerStatus.REQUEUE;
            }
            return message.body.bad ? ConsumerStatus.DROP : ConsumerStatus.ACK;
        });
    await once(consumer, 'ready');
    const publisher = rabbit.createPublisher({
        confirm: true,
        maxAttempts: 2,
        exchanges: [{exchange: 'rc-topic', type: 'topic'}],
    });
    await publisher.send({exchange: 'rc-topic', routingKey: 'users.new'}, {again: true});
    await publisher.send(
        {exchange: 'rc-topic', routingKey: 'users.x', headers: {h: 1}}, {bad: true});
    await publisher.send({exchange: 'rc-topic', routingKey: 'others'}, {lost: true});
    const all = (await events.done()).map(one => JSON.stringify(one)).sort();
    assert.deepEqual(all, [
        '["users.new",{"again":true},false]',
        '["users.new",{"again":true},true]',
        '["users.x",{"bad":true},false]',
    ]);
    await consumer.close();
    await publisher.close();
    await rabbit.queueDelete('rc-events');
    await rabbit.exchangeDelete({exchange: 'rc-topic'});
    await rabbit.exchangeDelete({exchange: 'rc-dead'});
}

async function calls() {
    const server = rabbit.createConsumer({queue: 'rc-rpc'}, async (request, reply) => {
        await reply({doubled: request.body.number * 2});
    });
    await once(server, 'ready');
    const client = rabbit.createRPCClient({confirm: true});
    const answers = await Promise.all(
        [1, 2, 3].map(number => client.send('rc-rpc', {number})));
    assert.deepEqual(answers.map(answer => answer.body.doubled), [2, 4, 6]);
    await client.close();
    await server.close();
    await rabbit.queueDelete('rc-rpc');
}

async function getting() {
    const channel = await rabbit.acquire();
    const {queue} = await channel.queueDeclare({exclusive: true});
    await channel.basicPublish(queue, 'text');
    let got;
    while ((got = await channel.basicGet({queue, noAck: true})) === undefined) {}
    assert.equal(got.body, 'text');
    assert.equal(await channel.basicGet(queue), undefined);
    await assert.rejects(
        channel.queueDeclare({queue: 'rc-missing', passive: true}),
        failure => failure.code === 'NOT_FOUND');
}

/** The server is killed under a consumer and a publisher; both come back by themselves. */
async function restart() {
    const found = new Set();
    let last;
    const done = new Promise(resolve => (last = resolve));
    const consumer = rabbit.createConsumer(
        {queue: 'rc-restart', queueOptions: {durable: true}},
        async message => {
            found.add(message.body);
            if (message.body === 'after') {
                last();
            }
        });
    await once(consumer, 'ready');
    const publisher = rabbit.createPublisher({confirm: true, maxAttempts: 10});
    await publisher.send('rc-restart', 'before');
    const ready = once(consumer, 'ready');
    console.log('restart');
    await ready;
    await publisher.send({routingKey: 'rc-restart', durable: true}, 'after');
    await done;
    assert.deepEqual([...found], ['before', 'after']);
    await publisher.close();
    await consumer.close();
    await rabbit.queueDelete('rc-restart');
}

async function main() {
    await publisherAndConsumer();
    await calls();
    await getting();
    await restart();
    await rabbit.close();
}

main().catch(failure => {
    console.error(failure);
    process.exit(1);
});
