export { LookonceError } from "@lookonce/errors";
