/** Whether a topic binding takes a routing key: `*` is exactly one word, `#` any number of them, as in AMQP 0-9-1. */
export function topicMatches(pattern: string, key: string): boolean {
  return match(pattern === '' ? [] : pattern.split('.'), key === '' ? [] : key.split('.'));
}

function match([first, ...rest]: readonly string[], words: readonly string[]): boolean {
  if (first === undefined) return words.length === 0;
  if (first === '#') return words.some((_, taken) => match(rest, words.slice(taken))) || match(rest, []);
  const [word, ...others] = words;
  return word !== undefined && (first === '*' || first === word) && match(rest, others);
}
