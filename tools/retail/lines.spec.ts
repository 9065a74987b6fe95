import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { COLUMNS, linesOf, type RetailLine } from './lines';

const HEADING = COLUMNS.join(',');
const LINE = '700001,31001A, TEAPOT ,6,2024-03-01 09:00:00,2.55,41001.0,United Kingdom';

let dir: string;
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'retail-'))));
afterEach(() => rmSync(dir, { recursive: true }));

async function read(content: string | Buffer, name = 'lines.csv'): Promise<RetailLine[]> {
  const file = join(dir, name);
  writeFileSync(file, content);
  const lines: RetailLine[] = [];
  for await (const line of linesOf(file)) lines.push(line);
  return lines;
}

describe('reading invoice lines', () => {
  it('drops blanks around fields and counts lines from the heading', async () => {
    expect(await read(`${HEADING}\n${LINE}\n`)).toEqual([
      {
        number: 2,
        complete: true,
        InvoiceNo: '700001',
        StockCode: '31001A',
        Description: 'TEAPOT',
        Quantity: '6',
        InvoiceDate: '2024-03-01 09:00:00',
        UnitPrice: '2.55',
        CustomerID: '41001.0',
        Country: 'United Kingdom',
      },
    ]);
  });

  it('reads compressed files', async () => {
    expect(await read(gzipSync(`${HEADING}\n${LINE}\n${LINE}\n`), 'lines.csv.gz')).toHaveLength(2);
  });

  it('takes the columns in any order, and a byte order mark', async () => {
    const [line] = await read(`\uFEFF${[...COLUMNS].reverse().join(',')}\n${LINE.split(',').reverse().join(',')}\n`);
    expect(line).toMatchObject({ InvoiceNo: '700001', Country: 'United Kingdom' });
  });

  it('keeps a line with too few or too many fields, marked', async () => {
    const lines = await read(`${HEADING}\n700001,31001A\n${LINE},more\n${LINE}\n`);
    expect(lines.map(({ complete, number }) => [complete, number])).toEqual([[false, 2], [false, 3], [true, 4]]);
  });

  it.each([
    ['an empty file', '', /is empty/],
    ['a file of something else', 'id,name\n1,x\n', /has no column InvoiceNo/],
    ['a quote that is never closed', `${HEADING}\n700001,"31001A`, /cannot be read: .*[Qq]uot/],
  ])('refuses %s', async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it('refuses what is called .gz and is not', async () => {
    await expect(read(`${HEADING}\n${LINE}\n`, 'lines.csv.gz')).rejects.toThrow(/cannot be read: .*incorrect header check/);
  });

  it('refuses a compressed file that was cut off', async () => {
    const whole = gzipSync(`${HEADING}\n${`${LINE}\n`.repeat(1_000)}`);
    await expect(read(whole.subarray(0, whole.length / 2), 'lines.csv.gz')).rejects.toThrow(/cannot be read: .*unexpected end of file/);
  });

  it('lets go of the file when nobody reads on', async () => {
    const file = join(dir, 'long.csv');
    writeFileSync(file, `${HEADING}\n${`${LINE}\n`.repeat(10_000)}`);
    for await (const line of linesOf(file)) {
      expect(line.number).toBe(2);
      break;
    }
  });
});
