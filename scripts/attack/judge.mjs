/** Why an attack was not tried. */
export class Skipped extends Error {}

/** The attack could not be tried, for a reason that is none of its own. */
export class Unprepared extends Error {}

/** Fails the attack. */
export function fail(message) {
  throw new Error(message);
}

const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

/** How a program ended, in a few words. */
export function describeEnd({ killed, code, signal, seconds, cpu, bytes, stderr }) {
  if (killed === "memory") return `killed at ${megabytes(bytes)}`;
  if (killed === "time") return `still at work after ${Math.round(seconds)} s`;
  if (killed === "until") return "accepted";
  const last = stderr.trim().split("\n").at(-1)?.slice(0, 160);
  return `${signal ?? `exit ${code}`} after ${cpu.toFixed(1)} s of processor time: ${last}`;
}

/** Fails unless a program ended by itself, within limits and without an error that nobody wrote for people. */
export function expectOrderly(result, { bytes = 1e9, cpu = 10 } = {}) {
  const { killed, signal, stdout, stderr } = result;
  if (killed !== undefined || signal !== null) fail(describeEnd(result));
  const raw = /a fault of lookonce|\b(Type|Range|Reference|Syntax)Error\b|^ {4}at |UnhandledPromise/m.exec(
    stderr + stdout,
  );
  if (raw !== null) fail(`a raw error: ${describeEnd(result)}`);
  if (result.bytes > bytes) fail(`${megabytes(result.bytes)} of memory; ${describeEnd(result)}`);
  if (result.cpu > cpu) fail(`${result.cpu.toFixed(1)} s of processor time`);
}

/** Fails unless a program refused its input in an orderly way, in a sentence that has all of these texts and patterns. */
export function expectRefused(result, { names = [], ...limits } = {}) {
  expectOrderly(result, limits);
  if (result.code === 0) fail(`accepted, exit 0: ${result.stderr.trim().split("\n").at(-1)?.slice(0, 160)}`);
  for (const name of names) {
    const isNamed = name instanceof RegExp ? name.test(result.stderr) : result.stderr.includes(name);
    if (!isNamed) fail(`${name} is not named: ${describeEnd(result)}`);
  }
}
