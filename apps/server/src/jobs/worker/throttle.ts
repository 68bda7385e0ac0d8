/** Shortest time between two reports, in milliseconds. */
const pause = 250;

/** Tells whether it is time for another report; the last of a series, and others that must be told, always are. */
export function throttle(now: () => number = () => performance.now()): (always: boolean) => boolean {
  let next = Number.NEGATIVE_INFINITY;
  return (always) => {
    const time = now();
    if (!always && time < next) return false;
    next = time + pause;
    return true;
  };
}
