/** Counters by name and labels, as in the text a service's /metrics has. */
export type Samples = ReadonlyMap<string, number>;

/** Reads Prometheus' text format: `name{labels} value`. */
export function samplesIn(text: string): Samples {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const space = line.lastIndexOf(' ');
    samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}

export async function scrape(serviceUrl: string): Promise<Samples> {
  const answer = await fetch(`${serviceUrl}/metrics`, { signal: AbortSignal.timeout(10_000) });
  return samplesIn(await answer.text());
}

/** How much a metric grew, over all its labels that match. */
export function growth(before: Samples, after: Samples, name: string, label = ''): number {
  let sum = 0;
  for (const [key, value] of after) {
    const [metric = '', labels = ''] = key.split('{', 2);
    if (metric === name && labels.includes(label)) sum += value - (before.get(key) ?? 0);
  }
  return sum;
}

/** The values a label has, in a metric. */
export function labelValues(samples: Samples, name: string, label: string): string[] {
  const values = [...samples.keys()].filter((key) => key.startsWith(`${name}{`)).flatMap((key) => new RegExp(`[{,]${label}="([^"]*)"`).exec(key)?.[1] ?? []);
  return [...new Set(values)];
}
