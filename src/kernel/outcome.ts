/** A decision: a value, or a refusal that carries the facts it rests on. Nothing expected is thrown. */
export type Outcome<T, R extends Refusal = Refusal> =
  | { readonly accepted: true; readonly value: T }
  | { readonly accepted: false; readonly refusal: R };

/** A refusal by its kebab-case code; `facts` are the numbers and names a person needs to do better. */
export interface Refusal<Code extends string = string> {
  readonly code: Code;
  readonly message: string;
  readonly facts: Facts;
  readonly errors?: readonly FieldError[];
}

export type Facts = Readonly<Record<string, unknown>>;

/** One finding in a body; `pointer` is a JSON pointer in wire (snake_case) names. */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

export const accept = <T>(value: T): { readonly accepted: true; readonly value: T } => ({ accepted: true, value });

/** Refuses with a sentence for a tired person: what was asked, what was found, what would work. */
export const refuse = <const Code extends string>(
  code: Code,
  message: string,
  facts: Facts = {},
  errors?: readonly FieldError[],
): { readonly accepted: false; readonly refusal: Refusal<Code> } => ({
  accepted: false,
  refusal: errors === undefined ? { code, message, facts } : { code, message, facts, errors },
});
