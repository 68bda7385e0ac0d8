/** The tasks of the tests' program. */
export interface TestTasks {
  double: { request: Float32Array; response: Float32Array };
  /** The number of the thread or process, after some milliseconds. */
  whoAmI: { request: number; response: number };
  fail: { request: "plain" | "coded"; response: never };
  /** Ends the worker the first times that it is run; counts the times. */
  die: { request: number; response: number };
  hang: { request: undefined; response: undefined };
  untilAborted: { request: undefined; response: undefined };
  /** Reports the numbers below one. */
  count: { request: number; response: undefined };
  /** Bytes of objects that are in use. */
  usedMemory: { request: undefined; response: number };
}
