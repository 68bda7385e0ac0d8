/** Shortest time between two reports. */
const intervalMs = 250;

/** Returns a function that decides whether to send another report; one that must be sent is passed `always`. */
export function throttle(now: () => number = () => performance.now()): (always: boolean) => boolean {
  let next = Number.NEGATIVE_INFINITY;
  return (always) => {
    const time = now();
    if (!always && time < next) return false;
    next = time + intervalMs;
    return true;
  };
}
