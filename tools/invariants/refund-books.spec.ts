import { checkRefund, type RefundPage } from './refund-books';
import { Violations } from './violation';

const [refundId, orderId] = ['019a0000-0000-7000-8000-000000000001', '019a0000-0000-7000-8000-000000000002'];
const page = (refund?: string, goods?: string): RefundPage => ({
  refundId,
  refund: refund ? { refundId, orderId, state: refund } : undefined,
  goods: goods ? { refundId, orderId, state: goods } : undefined,
});
function verdict(each: RefundPage) {
  const violations = new Violations();
  checkRefund(each, violations);
  return violations.list().map(({ invariant }) => invariant);
}

describe('a refund in both books', () => {
  it.each<[string, string | undefined]>([
    ['issued', 'returned'],
    ['released', 'refused'],
    ['released', 'reversed'],
    ['released', 'void'],
    ['refused', undefined],
    ['void', undefined],
    ['void', 'void'],
  ])('is in order when it is %s and its return %s', (refund, goods) => {
    expect(verdict(page(refund, goods))).toEqual([]);
  });

  it.each<[string | undefined, string | undefined, readonly string[]]>([
    ['issued', undefined, ['refund-matches-return']],
    ['issued', 'reversed', ['refund-matches-return']],
    ['released', 'returned', ['refund-matches-return']],
    ['refused', 'returned', ['refund-matches-return']],
    [undefined, 'returned', ['refund-matches-return']],
    [undefined, 'void', ['refund-matches-return']],
    ['held', undefined, ['every-refund-one-end']],
    ['paying', 'returned', ['every-refund-one-end', 'refund-matches-return']],
    ['failed', 'reversed', ['every-refund-one-end']],
  ])('is not when it is %s and its return %s', (refund, goods, broken) => {
    expect(verdict(page(refund, goods))).toEqual(broken);
  });

  it('is not when they name different orders', () => {
    const { refund, goods } = page('issued', 'returned');
    expect(verdict({ refundId, refund, goods: { ...goods!, orderId: refundId } })).toEqual(['refund-matches-return']);
  });
});
