import fc from 'fast-check';
import { claimRejectedTemplate } from './claim-rejected';
import { refundIssuedTemplate } from './refund-issued';
import { InvalidTemplate, template } from './template';

const greeting = template({ name: 'greeting', subject: 'For {{name}}', text: 'Hello {{name}},\n\nyou get {{amount}}.\n' });

describe('a template', () => {
  it('is filled in, subject and text', () => {
    expect(greeting.render({ name: 'Eve', amount: '£1.00' })).toEqual({ subject: 'For Eve', text: 'Hello Eve,\n\nyou get £1.00.\n' });
  });

  it('takes what looks like a placeholder, or like a replacement pattern, for what it is', () => {
    expect(greeting.render({ name: '{{amount}}', amount: '$&$1$`' }).text).toBe('Hello {{amount}},\n\nyou get $&$1$`.\n');
  });

  it.each([
    ['misses a value', { name: 'Eve' }],
    ['has one too many', { name: 'Eve', amount: '1', tip: '2' }],
    ['has one that is no text', { name: 'Eve', amount: 1 }],
    ['has one that every object has', { name: 'Eve', toString: 'x', amount: '1' }],
  ])('refuses to be filled in where it %s', (_, values) => {
    expect(() => greeting.render(values as never)).toThrow(InvalidTemplate);
  });

  it.each([
    ['an open brace', 'Hello {{name'],
    ['a closing brace', 'Hello name}}'],
    ['no name', 'Hello {{}}'],
    ['a blank', 'Hello {{ name }}'],
    ['a strange name', 'Hello {{Name-1}}'],
  ])('with %s is refused when it is declared', (_, text) => {
    expect(() => template({ name: 'broken', subject: 'Hello', text })).toThrow(/braces that are no placeholder/);
  });

  it.each([['several lines', 'one\ntwo'], ['nothing', '']])('whose subject has %s is refused when it is declared', (_, subject) => {
    expect(() => template({ name: 'broken', subject, text: '' })).toThrow(/must be one line/);
  });

  it('never lets a value begin a line of its own, whatever it contains', () => {
    const separators = fc.constantFrom('\r\n', '\n', '\r', '\0', '\u2028', '\u2029', '\u0085', '\u202e', 'Bcc: x@y.example', ' ');
    const hostile = fc.array(fc.oneof(separators, fc.string({ unit: 'binary' })), { maxLength: 20 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(hostile, hostile, (name, amount) => {
        const { subject, text } = greeting.render({ name, amount });
        expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(text.split(/[\r\n\u2028\u2029\u0085]/)).toHaveLength(4);
      }),
    );
  });
});

describe('what customers are told', () => {
  it('of a refund', () => {
    const [orderId, claimId, refundId] = ['o-1', 'c-1', 'r-1'];
    expect(refundIssuedTemplate.render({ amount: '£12.50', date: '20 November 2026', orderId, claimId, refundId })).toEqual({
      subject: 'Your refund of £12.50',
      text: 'Hello,\n\non 20 November 2026 we refunded £12.50 for your order o-1.\n\nYour claim: c-1\nThe refund: r-1\n',
    });
  });

  it('of a rejected claim', () => {
    expect(claimRejectedTemplate.render({ date: '20 November 2026', orderId: 'o-1', claimId: 'c-1', reason: 'too late' })).toEqual({
      subject: 'Your claim about order o-1',
      text: 'Hello,\n\non 20 November 2026 we decided about your claim c-1: we cannot refund anything for order o-1.\n\nThe reason we noted: too late\n',
    });
  });
});
