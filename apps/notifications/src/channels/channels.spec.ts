import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Channel, Mail } from './channel';
import { fileChannel } from './file-channel';
import { logChannel } from './log-channel';
import { smtpChannel } from './smtp-channel';
import { testMailServer, type Mood, type TestMailServer } from './test-mail-server';

const mail: Mail = { key: 'refund-issued.r-1', customerId: 'eve', address: 'eve@shop.example', subject: 'Your refund of £12.50', text: 'Hello,\n.\nbye\n' };
const notYet = () => new AbortController().signal;

describe('by SMTP', () => {
  let server: TestMailServer;
  let channel: Channel;
  beforeEach(async () => {
    server = await testMailServer();
    channel = smtpChannel({ url: server.url, from: 'claims@shop.example', timeoutMs: 300 });
  });
  afterEach(() => server.close());

  const headersOf = (raw: string) => raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ').split('\r\n');

  it('arrives as one mail to one mailbox, under an id that is the same every time', async () => {
    for (const _attempt of [1, 2]) expect(await channel.send(mail, notYet())).toBeUndefined();
    expect(server.mails).toHaveLength(2);
    for (const { from, to, raw } of server.mails) {
      expect([from, to]).toEqual(['claims@shop.example', ['eve@shop.example']]);
      expect(headersOf(raw)).toEqual(
        expect.arrayContaining([
          'From: claims@shop.example', 'To: eve@shop.example', 'Message-ID: <refund-issued.r-1@shop.example>', 'Auto-Submitted: auto-generated',
        ]),
      );
      expect(raw.slice(raw.indexOf('\r\n\r\n') + 4)).toBe('Hello,\r\n.\r\nbye');
    }
  });

  it('gets no header that a customer wrote', async () => {
    await channel.send({ ...mail, subject: 'x\r\nBcc: bob@evil.example\r\n\r\nbody', text: 'a\r\n.\r\nMAIL FROM:<eve>\r\n' }, notYet());
    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]?.to).toEqual(['eve@shop.example']);
    expect(headersOf(server.mails[0]?.raw ?? '').filter((line) => /^(bcc|mail)/i.test(line))).toEqual([]);
  });

  it.each<[Mood, RegExp]>([
    ['refuse', /550 5\.1\.1/],
    ['spam', /554 5\.7\.1/],
  ])('is refused for good by %s', async (mood, reason) => {
    server.mood = mood;
    expect(await channel.send(mail, notYet())).toMatch(reason);
    expect(server.mails).toEqual([]);
  });

  it.each<[Mood, RegExp]>([
    ['busy', /451/],
    ['closed', /421|closed/],
    ['unknown-sender', /550 5\.1\.8/],
    ['silent', /greeting|timed? ?out/i],
    ['stuck', /timed? ?out/i],
    ['lost', /closed/i],
  ])('may go another time where the server is %s', async (mood, reason) => {
    server.mood = mood;
    await expect(channel.send(mail, notYet())).rejects.toThrow(reason);
    server.mood = 'accept';
    expect(await channel.send(mail, notYet())).toBeUndefined();
  });

  it('may go another time where nobody listens', async () => {
    await server.close();
    await expect(channel.send(mail, notYet())).rejects.toMatchObject({ code: expect.stringMatching(/ECONNREFUSED|ESOCKET|ECONNECTION/) as string });
    server = await testMailServer();
  });

  it('is cut off when its time is up, however lively the server is', async () => {
    const chatty = createServer((socket) => {
      const more = setInterval(() => socket.write('220-still here\r\n'), 20);
      socket.on('close', () => clearInterval(more)).on('error', () => undefined);
    });
    await new Promise<void>((resolve) => chatty.listen(0, '127.0.0.1', resolve));
    const { port } = chatty.address() as { port: number };
    const slow = smtpChannel({ url: `smtp://127.0.0.1:${port}`, from: 'claims@shop.example', timeoutMs: 60_000 });
    await expect(slow.send(mail, AbortSignal.timeout(200))).rejects.toMatchObject({ code: 'EABORT' });
    await new Promise((resolve) => chatty.close(resolve));
  });
});

describe('by file', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'notifications-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it('appends a line of JSON per mail, whoever else writes to it', async () => {
    const path = join(folder, 'mails.jsonl');
    const two = [fileChannel(path, () => new Date(0)), fileChannel(path, () => new Date(0))];
    const text = `${'long '.repeat(5_000)}\nwith lines`;
    await Promise.all(Array.from({ length: 50 }, (_, nth) => two[nth % 2]?.send({ ...mail, key: `k-${nth}`, text }, notYet())));
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').map((line) => JSON.parse(line) as Mail & { at: string });
    expect(lines.map(({ key }) => key).sort()).toEqual(Array.from({ length: 50 }, (_, nth) => `k-${nth}`).sort());
    expect(lines[0]).toMatchObject({ customerId: 'eve', address: 'eve@shop.example', text, at: '1970-01-01T00:00:00.000Z' });
  });

  it('may go another time where the file cannot be written', async () => {
    await expect(fileChannel(join(folder, 'missing', 'mails.jsonl'), () => new Date(0)).send(mail, notYet())).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

it('by log, tells the log', async () => {
  const told: unknown[] = [];
  const silent = { debug() {}, warn() {}, error() {} };
  const channel = logChannel({ ...silent, info: (message, data) => told.push([message, data]) });
  expect(await channel.send({ ...mail, address: undefined }, notYet())).toBeUndefined();
  expect(told).toEqual([['A customer would be told', { ...mail, address: undefined }]]);
});
