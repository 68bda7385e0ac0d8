import { LookonceError } from "@lookonce/errors";

/** The command line cannot be understood: exit code 2, where other mistakes exit with 1. */
export class UsageError extends LookonceError {
  constructor(message: string) {
    super("ARGUMENT", message);
  }
}
