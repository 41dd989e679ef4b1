// What the scripts here share: named checks, run one after the other, and waiting for what is to come.
'use strict';

const WAIT_MILLIS_MAX = 20_000;

const checks = [];

/** One sentence about behaviour, and what shows it. */
exports.check = (name, body) => checks.push([name, body]);

/** A promise with its ends in hand; it fails when nothing has come in time. */
exports.awaited = (what) => {
  let resolve;
  let reject;
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  const late = setTimeout(() => reject(new Error(`nothing came: ${what}`)), WAIT_MILLIS_MAX);
  promise.then(() => clearTimeout(late), () => clearTimeout(late));
  return { promise, resolve, reject };
};

/** Returns the first answer that is not false. */
exports.until = async (what, question) => {
  const end = Date.now() + WAIT_MILLIS_MAX;
  for (;;) {
    const answer = await question();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

/** Runs all checks and says how many passed; ends the process with 1 if one fails. */
exports.run = async (close) => {
  try {
    for (const [name, body] of checks) {
      try {
        const late = exports.awaited('the end of the check');
        await Promise.race([body(), late.promise]);
        late.resolve();
      } catch (error) {
        error.message = `${name}: ${error.message}`;
        throw error;
      }
    }
    await close();
    console.log(`${checks.length} passed`);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
};
