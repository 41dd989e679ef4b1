// Some of amqplib's own tests name RabbitMQ's port and no other; here it is the one in $AMQP_PORT.
const net = require('node:net');

const connect = net.connect;
net.connect = (options, ...rest) =>
    options.port === 5672
        ? connect({...options, host: '127.0.0.1', port: Number(process.env.AMQP_PORT)}, ...rest)
        : connect(options, ...rest);
