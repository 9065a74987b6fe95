import { observe } from '@comptoir/messaging';
import { arrivalOf } from './arrival';
import { logMetrics } from './log-metrics';
import { takeIn } from './take-in';

/**
 * Takes every event of every service into the log: once, and each stream in the order of its versions. Large batches: the
 * log has one head, and a transaction costs the same for one event as for hundreds.
 */
export const ingest = observe('ingest', {
  maxBatch: 500,
  async batch(events, tx) {
    logMetrics.placed(await takeIn(tx, events.map(arrivalOf)));
  },
});
