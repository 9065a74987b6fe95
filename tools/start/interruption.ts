import { say } from '../progress';

export interface Interruption {
  /** Resolves at the first SIGINT, SIGTERM or SIGHUP. */
  readonly happened: Promise<'interrupted'>;
  asked(): boolean;
  stopListening(): void;
}

/** The first signal asks for an orderly end; a second SIGINT, from somebody who will not wait, ends at once. */
export function listenForInterruption(): Interruption {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let asked = false;
  let listener: (signal: NodeJS.Signals) => void = () => undefined;
  const happened = new Promise<'interrupted'>((resolve) => {
    listener = (signal) => {
      if (asked && signal === 'SIGINT') process.exit(130);
      if (!asked) say('\nStopping. Once more Ctrl-C to end without waiting.');
      asked = true;
      resolve('interrupted');
    };
  });
  for (const signal of signals) process.on(signal, listener);
  return {
    happened,
    asked: () => asked,
    stopListening: () => signals.forEach((signal) => process.off(signal, listener)),
  };
}
