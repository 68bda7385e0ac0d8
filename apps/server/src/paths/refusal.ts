/** A request that is answered with a status that no error of the library stands for. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly statusCode: number;
  readonly code: string;

  /**
   * @param statusCode of HTTP
   * @param code for programs
   * @param message for people: what came, what was expected, what to do
   */
  constructor(statusCode: number, code: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
  }
}
