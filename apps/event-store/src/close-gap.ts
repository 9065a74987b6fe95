import { handleRequests, type SqlTransaction } from '@comptoir/messaging';
import { v7 as uuidv7 } from 'uuid';
import type { Arrival } from './arrival';
import { gapOf } from './sql/gap-of';
import { lockLog } from './sql/lock-log';
import { takeIn } from './take-in';

/** Stands in the log for an event that never came. */
export const EVENT_MISSING = 'event-store.event-missing';

/** A wider gap is no loss but a log that began late: see the service's page. */
export const WIDEST_GAP = 10_000;

export interface CloseGap {
  readonly stream: string;
  readonly reason: string;
  readonly actor: string;
}

export type GapClosed =
  | { readonly ok: true; readonly stream: string; readonly missing: { readonly from: number; readonly to: number } }
  | { readonly ok: false; readonly code: 'no-gap' | 'gap-too-wide' };

/**
 * Gives a stream's missing versions up: each gets an event that says so, and what was held for them goes into the log. Should
 * one of them come after all, it is quarantined.
 */
export const closeGap = handleRequests('close-gap', {
  emits: [],
  maxBatch: 1,
  batch: async (requests: readonly CloseGap[], tx) =>
    Promise.all(requests.map(async (request) => ({ reply: await close(tx, request) }))),
});

async function close(tx: SqlTransaction, { stream, reason, actor }: CloseGap): Promise<GapClosed> {
  await lockLog(tx);
  const gap = await gapOf(tx, stream);
  if (!gap) return { ok: false, code: 'no-gap' };
  if (gap.to - gap.from >= WIDEST_GAP) return { ok: false, code: 'gap-too-wide' };
  const occurredAt = new Date();
  const missing = Array.from({ length: gap.to - gap.from + 1 }, (_, index): Arrival => {
    const version = gap.from + index;
    const json = JSON.stringify({ stream, version, reason });
    return { stream, version, id: uuidv7(), type: EVENT_MISSING, schemaVersion: 1, json, metadata: { actor, source: 'event-store' }, occurredAt };
  });
  await takeIn(tx, missing);
  return { ok: true, stream, missing: gap };
}
