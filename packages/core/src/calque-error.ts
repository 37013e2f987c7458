/**
 * What a person needs when something goes wrong: what happened, what was expected, what to do.
 *
 * Errors cross process boundaries as plain data, so code matches on `code`, never on the class.
 */
export interface ErrorParts {
  /** Stable identifier in kebab-case, documented in docs/errors.md, e.g. `box-outside-image`. */
  readonly code: string;
  /** One line: what happened, with the offending value. */
  readonly message: string;
  /** One line: what was expected instead. */
  readonly expected?: string;
  /** One line: what the person can do now. */
  readonly remedy?: string;
  /** Structured facts for logs and programs; JSON-serialisable. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The only error class that Calque throws on purpose. Anything else that surfaces is a bug. */
export class CalqueError extends Error {
  override readonly name = 'CalqueError';
  readonly code: string;
  readonly expected: string | undefined;
  readonly remedy: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(parts: ErrorParts) {
    super(parts.message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.code = parts.code;
    this.expected = parts.expected;
    this.remedy = parts.remedy;
    this.details = parts.details ?? {};
  }

  /** All parts in one line, for terminals and logs. */
  toLine(): string {
    const expected = this.expected === undefined ? '' : `; expected ${this.expected}`;
    const remedy = this.remedy === undefined ? '' : `. ${this.remedy}`;
    return `${this.message}${expected}${remedy}`;
  }

  /** Plain data that survives structured cloning and JSON; the inverse of {@link CalqueError.fromJSON}. */
  toJSON(): SerializedError {
    return {
      code: this.code,
      message: this.message,
      ...(this.expected === undefined ? {} : { expected: this.expected }),
      ...(this.remedy === undefined ? {} : { remedy: this.remedy }),
      details: this.details,
    };
  }

  static fromJSON(data: SerializedError): CalqueError {
    return new CalqueError(data);
  }
}

export type SerializedError = Omit<ErrorParts, 'cause'>;

export function isCalqueError(error: unknown, code?: string): error is CalqueError {
  return error instanceof CalqueError && (code === undefined || error.code === code);
}
