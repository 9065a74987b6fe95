import { ClaimOpened, ClaimVerified, type OrderContext } from '@comptoir/contracts/claims';
import { v7 as uuidv7 } from 'uuid';

/** A claim and the completed order it is about, for tests. */
export function sample() {
  const [claimId, orderId, refundId] = [uuidv7(), uuidv7(), uuidv7()];
  const order: OrderContext = {
    orderId,
    customerId: 'C-17850',
    status: 'COMPLETED',
    placedAt: '2026-11-01T10:00:00.000Z',
    total: { amount: 9_980, currency: 'GBP' },
    lines: [
      { sku: 'TEAPOT', quantity: 2, unitPrice: 2_495 },
      { sku: 'MUG', quantity: 4, unitPrice: 1_000 },
      { sku: 'MUG', quantity: 1, unitPrice: 990 },
    ],
  };
  const lines = [{ sku: 'TEAPOT', quantity: 1 }];
  const complaint = { orderId, customerId: 'C-17850', reason: 'damaged' as const, description: 'The spout is broken', lines };
  const opened = ClaimOpened({ claimId, ...complaint });
  const verified = ClaimVerified({ claimId, order });
  return { claimId, orderId, refundId, order, complaint, opened, verified };
}
