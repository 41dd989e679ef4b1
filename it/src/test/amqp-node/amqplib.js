// amqplib against the AMQP port named on the command line; says what went wrong, or nothing.
const assert = require('node:assert/strict');
const {once} = require('node:events');
const amqplib = require('amqplib');

const url = `amqp://guest:guest@127.0.0.1:${process.argv[2]}`;

async function taken(channel, queue) {
    const message = await channel.get(queue, {noAck: true});
    return message === false ? undefined : message.content.toString();
}

async function confirmsAndHeaders(channel) {
    const {queue} = await channel.assertQueue('', {exclusive: true});
    channel.sendToQueue(queue, Buffer.from('first'), {
        persistent: true,
        contentType: 'text/plain',
        headers: {number: 1, text: 'x', nested: {list: [1, 'a', null]}, truth: true},
        messageId: 'id',
        correlationId: 'c',
        expiration: 60_000,
        priority: 3,
    });
    await channel.waitForConfirms();
    const got = await channel.get(queue);
    assert.equal(got.content.toString(), 'first');
    assert.deepEqual(
        JSON.parse(JSON.stringify(got.properties.headers)),
        {number: 1, text: 'x', nested: {list: [1, 'a', null]}, truth: true});
    assert.equal(got.properties.messageId, 'id');
    assert.equal(got.properties.expiration, '60000');
    channel.nack(got);
    const again = await channel.get(queue);
    assert.equal(again.fields.redelivered, true);
    channel.ack(again);
    assert.equal(await channel.get(queue), false);
}

async function returned(channel) {
    const back = once(channel, 'return');
    channel.publish('amq.direct', 'nowhere', Buffer.from('x'), {mandatory: true});
    const [message] = await back;
    assert.equal(message.fields.replyText, 'NO_ROUTE');
    await channel.waitForConfirms();
}

async function prefetch(connection) {
    const channel = await connection.createChannel();
    const {queue} = await channel.assertQueue('', {exclusive: true});
    for (let i = 0; i < 10; i++) {
        channel.sendToQueue(queue, Buffer.from(`${i}`));
    }
    await channel.prefetch(3);
    const held = [];
    const bodies = [];
    let all;
    const done = new Promise(resolve => (all = resolve));
    await channel.consume(queue, message => {
        bodies.push(message.content.toString());
        held.push(message);
        assert.ok(held.length <= 3, `${held.length} at once (expected: 3 at most)`);
        if (held.length === 3 || bodies.length === 10) {
            channel.ack(held.at(-1), true);
            held.length = 0;
        }
        if (bodies.length === 10) {
            all();
        }
    });
    await done;
    assert.deepEqual(bodies, [...'0123456789']);
    await channel.close();
}

async function deadLetters(channel) {
    await channel.assertExchange('amqplib-dead', 'fanout', {autoDelete: true});
    const dead = (await channel.assertQueue('', {exclusive: true})).queue;
    await channel.bindQueue(dead, 'amqplib-dead', '');
    const {queue} = await channel.assertQueue('', {
        exclusive: true,
        deadLetterExchange: 'amqplib-dead',
        messageTtl: 60_000,
        maxLength: 2,
    });
    for (const body of ['a', 'b', 'c']) {
        channel.sendToQueue(queue, Buffer.from(body));
    }
    await channel.waitForConfirms();
    channel.reject(await channel.get(queue), false);
    let death;
    for (const [body, reason] of [['a', 'maxlen'], ['b', 'rejected']]) {
        while ((death = await channel.get(dead, {noAck: true})) === false) {}
        assert.equal(death.content.toString(), body);
        assert.equal(death.properties.headers['x-death'][0].reason, reason);
        assert.equal(death.properties.headers['x-death'][0].queue, queue);
    }
    assert.equal(await taken(channel, queue), 'c');
}

async function errors(connection) {
    const channel = await connection.createChannel();
    const told = once(channel, 'error');
    await assert.rejects(channel.checkQueue('amqplib-missing'), /404 \(NOT-FOUND\)/);
    assert.equal((await told)[0].code, 404);
}

/** The server is killed while a recovering connection is open; its setup runs again. */
async function restart() {
    const bodies = [];
    let all;
    const done = new Promise(resolve => (all = resolve));
    let setups = 0;
    const connection = await amqplib.connect(url, {
        recovery: {
            initialDelay: 20,
            maxDelay: 200,
            setup: async model => {
                const channel = await model.createConfirmChannel();
                await channel.assertQueue('amqplib-restart', {durable: true});
                if (++setups === 1) {
                    channel.sendToQueue(
                        'amqplib-restart', Buffer.from('kept'), {persistent: true});
                    await channel.waitForConfirms();
                    return;
                }
                await channel.consume('amqplib-restart', message => {
                    if (message === null) {
                        return; // The queue was deleted.
                    }
                    bodies.push(message.content.toString());
                    channel.ack(message);
                    all();
                });
            },
        },
    });
    connection.on('error', () => {});
    console.log('restart');
    await done;
    assert.deepEqual(bodies, ['kept']);
    const channel = await connection.createChannel();
    await channel.deleteQueue('amqplib-restart');
    await connection.close();
}

async function main() {
    const connection = await amqplib.connect(url);
    const channel = await connection.createConfirmChannel();
    await confirmsAndHeaders(channel);
    await returned(channel);
    await prefetch(connection);
    await deadLetters(channel);
    await errors(connection);
    await connection.close();
    await restart();
}

main().catch(failure => {
    console.error(failure);
    process.exit(1);
});
