/** The base of the libraries' errors: a stable `code`, and data to act on. */
export abstract class CodedError extends Error {
  abstract readonly code: string;
  constructor(
    message: string,
    readonly data: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = new.target.name;
  }
}
