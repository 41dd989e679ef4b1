"""pika against the AMQP port named on the command line; says what went wrong, or nothing."""
import sys

import pika
from pika.exceptions import ChannelClosedByBroker, UnroutableError

connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", int(sys.argv[1])))


def expect(what, wanted, got):
    if wanted != got:
        sys.exit("%s: %r (expected: %r)" % (what, got, wanted))


channel = connection.channel()
channel.confirm_delivery()
queue = channel.queue_declare("", exclusive=True).method.queue
channel.exchange_declare("pika", "topic", auto_delete=True)
channel.queue_bind(queue, "pika", "a.#")
properties = pika.BasicProperties(delivery_mode=2, headers={"n": 1, "list": [1, "x", None]})
for i in range(3):
    channel.basic_publish("pika", "a.b", b"m%d" % i, properties, mandatory=True)
expect("count", 3, channel.queue_declare(queue, passive=True).method.message_count)

method, got, body = channel.basic_get(queue)
expect("headers", {"n": 1, "list": [1, "x", None]}, got.headers)
channel.basic_nack(method.delivery_tag)

channel.basic_qos(prefetch_count=1)
seen = []
for method, _, body in channel.consume(queue, inactivity_timeout=30):
    seen.append((method.redelivered, body))
    channel.basic_ack(method.delivery_tag)
    if len(seen) == 3:
        break
channel.cancel()
expect("consumed", [(True, b"m0"), (False, b"m1"), (False, b"m2")], seen)

try:
    channel.basic_publish("pika", "nowhere", b"x", mandatory=True)
    sys.exit("an unroutable message was taken")
except UnroutableError:
    pass

try:
    channel.queue_declare("there is none", passive=True)
    sys.exit("a queue that is not there was found")
except ChannelClosedByBroker as closed:
    expect("code", 404, closed.reply_code)
    expect("text", "NOT_FOUND - no queue 'there is none' in vhost '/'", closed.reply_text)
connection.close()
