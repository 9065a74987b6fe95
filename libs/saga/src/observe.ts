import type { Turned } from './batch';
import { isEnded } from './instance';
import type { EndStatus } from './instance';
import type { SagaObserver } from './observer';

/** Tells the observer what became of instances. Called with uncommitted work: after a retry it may tell twice. */
export function observe(observer: SagaObserver, type: string, turns: readonly Turned[]): void {
  const started = turns.filter(({ before, after }) => !before && after).length;
  if (started > 0) observer.started?.(type, started);
  for (const { before, after } of turns) {
    if (!after || before === after) continue;
    if (isEnded(after))
      observer.ended?.(
        type,
        after.status as EndStatus,
        (after.updatedAt.getTime() - after.startedAt.getTime()) / 1_000,
      );
    else if (after.status === 'parked' && before?.status !== 'parked') observer.parked?.(type, after.step);
  }
}
