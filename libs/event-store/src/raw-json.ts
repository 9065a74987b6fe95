/**
 * An event's data as JSON text, for who passes it on instead of looking into it: stored and given back character by
 * character. It must be valid JSON, which is not checked here.
 */
export class RawJson {
  constructor(readonly text: string) {}
}

export const jsonOf = (data: unknown): string => (data instanceof RawJson ? data.text : JSON.stringify(data));
