/**
 * For a handler's last writes on a `pgUnitOfWork`, whose result nobody reads: not awaited, they travel with the outbox
 * and the COMMIT, one round trip less. Should one fail, nothing is committed and the batch fails with its error.
 */
export function withCommit(write: Promise<unknown>): void {
  write.catch(() => undefined);
}
