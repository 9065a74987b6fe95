import { withCommit, type SqlTransaction } from '@comptoir/messaging';
import type { Payment } from './payment';
import { savePayments } from './sql/save-payments';

/** Saves changed payments together with the commit. */
export function save(tx: SqlTransaction, payments: readonly Payment[]): void {
  if (payments.length === 0) return;
  const saved = savePayments(
    tx,
    payments.map(({ orderId }) => orderId),
    payments.map(({ state }) => state),
    payments.map(({ captured }) => captured),
    payments.map(({ refunded }) => refunded),
    payments.map(({ currency }) => currency),
    payments.map(({ reason }) => reason),
  );
  withCommit(saved);
}
