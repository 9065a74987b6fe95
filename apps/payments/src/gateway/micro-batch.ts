interface Waiting<Request, Reply> {
  readonly request: Request;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs what came while the last batch ran as the next one; never waits for more. `run` returns one reply per request, in
 * order; a throw fails all of the batch.
 */
export class MicroBatch<Request, Reply> {
  private waiting: Waiting<Request, Reply>[] = [];
  private running = false;

  constructor(
    private readonly run: (requests: readonly Request[]) => Promise<readonly Reply[]>,
    private readonly size = 200,
  ) {}

  add(request: Request): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ request, resolve, reject });
      if (this.running) return;
      this.running = true;
      // Requests made in the same turn of the event loop share the first batch already.
      setImmediate(() => void this.work());
    });
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.size);
      try {
        const replies = await this.run(batch.map(({ request }) => request));
        batch.forEach(({ resolve }, index) => resolve(replies[index] as Reply));
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.running = false;
  }
}
