export function processOf(pid: number | undefined):
  | {
      state: string;
      parent: number;
      /** Seconds of processor time. */
      cpu: number;
      /** In memory now. */
      bytes: number;
    }
  | undefined;
