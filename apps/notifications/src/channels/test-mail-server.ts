import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A mail as it arrived: its envelope, and its text with the dots unstuffed. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

/**
 * What it does with the next mails:
 * - `accept`; `busy`: 451 to the recipient; `refuse`: 550 to the recipient; `spam`: 554 to the mail; `closed`: 421 at once;
 * - `unknown-sender`: 550 to the sender; `silent`: takes the connection and never says a word;
 * - `stuck`: takes the mail and never says so; `lost`: takes the mail and hangs up before it says so.
 */
export type Mood = 'accept' | 'busy' | 'refuse' | 'spam' | 'closed' | 'unknown-sender' | 'silent' | 'stuck' | 'lost';

export interface TestMailServer {
  readonly port: number;
  readonly url: string;
  mood: Mood;
  /** Mails that it has taken, whether or not it said so. */
  readonly mails: readonly ReceivedMail[];
  /** Connections ever made. */
  readonly connections: number;
  close(): Promise<void>;
}

/** A mail server for tests: a line protocol on a loopback socket, RFC 5321 as far as a client goes that sends one mail. */
export async function testMailServer(port = 0): Promise<TestMailServer> {
  const mails: ReceivedMail[] = [];
  const open = new Set<Socket>();
  const state = { mood: 'accept' as Mood, connections: 0 };
  const server = createServer((socket) => {
    state.connections += 1;
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    serve(socket, () => state.mood, (mail) => mails.push(mail));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: bound } = server.address() as AddressInfo;
  return {
    port: bound,
    url: `smtp://127.0.0.1:${bound}`,
    mails,
    get mood() {
      return state.mood;
    },
    set mood(mood) {
      state.mood = mood;
    },
    get connections() {
      return state.connections;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function serve(socket: Socket, moodNow: () => Mood, take: (mail: ReceivedMail) => void): void {
  const mood = moodNow();
  if (mood === 'silent') return;
  const say = (line: string) => socket.write(`${line}\r\n`);
  if (mood === 'closed') return void socket.end('421 4.3.2 closed for the night\r\n');
  say('220 test ESMTP');
  let [buffer, from, data] = ['', '', false];
  let to: string[] = [];
  const answer = (line: string) => {
    const [verb = ''] = line.toUpperCase().split(/[ :]/, 1);
    switch (verb) {
      case 'EHLO':
        return say('250 test');
      case 'MAIL':
        from = /<(.*?)>/.exec(line)?.[1] ?? '';
        return say(mood === 'unknown-sender' ? '550 5.1.8 who are you' : '250 2.1.0 ok');
      case 'RCPT':
        if (mood === 'busy') return say('451 4.2.1 mailbox busy');
        if (mood === 'refuse') return say('550 5.1.1 no such mailbox');
        to = [...to, /<(.*?)>/.exec(line)?.[1] ?? ''];
        return say('250 2.1.5 ok');
      case 'DATA':
        data = true;
        return say('354 go on');
      case 'QUIT':
        return socket.end('221 2.0.0 bye\r\n');
      default:
        return say('250 2.0.0 ok');
    }
  };
  const received = (raw: string) => {
    if (mood === 'spam') return say('554 5.7.1 looks like spam');
    take({ from, to, raw: raw.replace(/\r\n\.\./g, '\r\n.') });
    to = [];
    if (mood === 'lost') return socket.destroy();
    if (mood !== 'stuck') say('250 2.0.0 taken');
  };
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    buffer += chunk;
    for (;;) {
      const end = buffer.indexOf(data ? '\r\n.\r\n' : '\r\n');
      if (end < 0) return;
      const text = buffer.slice(0, end);
      buffer = buffer.slice(end + (data ? 5 : 2));
      if (data) {
        data = false;
        received(text);
      } else answer(text);
    }
  });
}
