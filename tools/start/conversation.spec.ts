import { conversationTable } from './conversation';

const said = (id: string, ms: number, type: string, causedBy: string | null) => ({
  id, type, causedBy, flow: 'refund', at: new Date(Date.UTC(2024, 0, 1) + ms).toISOString(), by: type.split('.')[0]!, summary: `refundId: 019a0000-0000-7000-8000-000000000001, customerId: C-1, of ${id}`,
});

test('a conversation is told one event per row, with the row that caused it', () => {
  const timeline = [said('a', 0, 'claims.refund-requested', 'outside'), said('b', 12, 'payments.refund-calculated', 'a')];
  expect(conversationTable({ flows: [], timeline })).toBe(
    [
      '   after  who       said                        because of  in short',
      '-  -----  --------  --------------------------  ----------  ---------------------',
      '1  0 ms   claims    claims.refund-requested     -           customerId: C-1, of a',
      '2  12 ms  payments  payments.refund-calculated  1           customerId: C-1, of b',
    ].join('\n'),
  );
});
