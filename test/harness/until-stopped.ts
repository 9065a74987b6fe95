/** Work that goes on until it is told to stop. */
export interface Ongoing {
  /** Begins no more; resolves when what was begun has ended, rejects with what it failed of. */
  stop(): Promise<void>;
}

/** `work` looks at `goesOn` before it begins anything. */
export function untilStopped(work: (goesOn: () => boolean) => Promise<void>): Ongoing & { readonly done: Promise<void> } {
  let stopped = false;
  const done = work(() => !stopped);
  done.catch(() => undefined); // `stop` and `done` tell.
  return {
    done,
    stop() {
      stopped = true;
      return done;
    },
  };
}
