/**
 * The API key, where the service wants one. It is kept for this tab alone and forgotten when the tab is closed.
 *
 * A request that is answered 401 waits here until a person has entered a key, and is then sent again.
 */
interface KeyState {
  /** Whether a person is asked for the key now. */
  asking: boolean;
  /** Whether the key that was entered last was refused. */
  refused: boolean;
}

const storageName = "lookonce-key";
const listeners = new Set<() => void>();
let key: string | undefined;
let state: KeyState = { asking: false, refused: false };
let waiting: ((isEntered: boolean) => void)[] = [];

try {
  key = sessionStorage.getItem(storageName) ?? undefined;
} catch {
  // Storage is switched off: the key lives as long as the page.
}

/** The header that carries the key, if there is one. */
export function keyHeader(): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

/** Asks for a key, and returns whether there is another one now. `used` is the header that was refused. */
export async function askForKey(used: Record<string, string>): Promise<boolean> {
  if (used.authorization !== keyHeader().authorization) return true;
  change({ asking: true, refused: used.authorization !== undefined });
  return new Promise((resolve) => waiting.push(resolve));
}

/** Stores a key and lets the waiting requests go. */
export function enterKey(given: string): void {
  key = given;
  try {
    sessionStorage.setItem(storageName, given);
  } catch {
    // As above.
  }
  resumeWaiting(true);
}

/** Cancels: the waiting requests fail with the service's answer. */
export function refuseKey(): void {
  resumeWaiting(false);
}

export function keyState(): KeyState {
  return state;
}

export function onKeyChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function resumeWaiting(isEntered: boolean): void {
  const now = waiting;
  waiting = [];
  change({ asking: false, refused: false });
  for (const resolve of now) resolve(isEntered);
}

function change(next: KeyState): void {
  state = next;
  for (const listener of listeners) listener();
}
