import fc from 'fast-check';
import { noticesOf, readNotice } from './end-notice';
import { shortReason, type Ended } from './order';

const ended = (index: number, reason: string | null): Ended => ({
  orderId: `01936f1e-7f44-7d3e-9c2b-${String(index).padStart(12, '0')}`,
  status: reason === null ? 'COMPLETED' : 'CANCELLED',
  reason,
  total: reason === null ? { amount: Number.MAX_SAFE_INTEGER, currency: 'GBP' } : null,
});

it('tells a full batch in as few notices as PostgreSQL takes, and loses none', () => {
  const reason = fc.option(fc.string({ unit: 'binary', maxLength: 700 }).map(shortReason));
  fc.assert(
    fc.property(fc.array(reason, { maxLength: 200 }), (reasons) => {
      const orders = reasons.map((each, index) => ended(index, each));
      const notices = noticesOf(orders);
      for (const notice of notices) expect(Buffer.byteLength(notice)).toBeLessThan(8_000);
      expect(notices.flatMap(readNotice)).toEqual(orders);
    }),
  );
});

it('is one notice for a usual batch', () => {
  expect(noticesOf(Array.from({ length: 40 }, (_, index) => ended(index, null)))).toHaveLength(1);
  expect(noticesOf([])).toEqual([]);
});
