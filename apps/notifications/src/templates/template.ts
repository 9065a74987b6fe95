import { CodedError } from '@comptoir/contracts';
import { oneLine } from '../format';

/** The text of a template, or what it is given, does not fit. */
export class InvalidTemplate extends CodedError {
  readonly code = 'invalid-template';
}

/** The names in double braces: `Placeholders<'Your refund of {{amount}}'>` is `'amount'`. */
type Placeholders<S extends string> = S extends `${string}{{${infer P}}}${infer Rest}` ? P | Placeholders<Rest> : never;

export interface Template<N extends string, P extends string> {
  readonly name: N;
  /** Each value becomes one line, whatever it contains. Throws `InvalidTemplate` for one too many or too few. */
  render(values: Readonly<Record<P, string>>): { readonly subject: string; readonly text: string };
}

const PLACEHOLDER = /\{\{([a-z][a-zA-Z]*)\}\}/g;

/**
 * Declares what customers are told: `template({ name: 'refund-issued', subject: 'Your refund of {{amount}}', text: ... })`.
 * The compiler asks for a value per placeholder and for no other. Throws `InvalidTemplate` for braces that are none, and for
 * a subject of several lines.
 */
export function template<const N extends string, const S extends string, const T extends string>(
  declared: { readonly name: N; readonly subject: S; readonly text: T },
): Template<N, Placeholders<S> | Placeholders<T>> {
  const { name, subject, text } = declared;
  const both = `${subject}\n${text}`;
  const stray = /.{0,20}(\{\{|\}\}).{0,20}/.exec(both.replace(PLACEHOLDER, ''));
  if (stray) throw new InvalidTemplate(`Template ${name} has braces that are no placeholder, at "${stray[0]}"`, { name });
  if (oneLine(subject) !== subject || subject === '')
    throw new InvalidTemplate(`The subject of template ${name} must be one line`, { name });
  const wanted = [...new Set([...both.matchAll(PLACEHOLDER)].map(([, placeholder]) => placeholder ?? ''))].sort();
  return {
    name,
    render(values) {
      const given: ReadonlyMap<string, unknown> = new Map(Object.entries(values));
      const wrong = [...given.keys()].filter((each) => !wanted.includes(each));
      const missing = wanted.filter((each) => typeof given.get(each) !== 'string');
      if (wrong.length + missing.length > 0)
        throw new InvalidTemplate(`Template ${name} was given ${wrong.join(', ') || 'nothing'} beside, and misses ${missing.join(', ') || 'nothing'}`, { name, wrong, missing });
      // In one pass: what looks like a placeholder in a value stays what it is.
      const fill = (pattern: string) => pattern.replace(PLACEHOLDER, (_, placeholder: string) => oneLine(String(given.get(placeholder))));
      return { subject: oneLine(fill(subject)), text: fill(text) };
    },
  };
}
