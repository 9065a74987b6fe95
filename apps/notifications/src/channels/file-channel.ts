import { open } from 'node:fs/promises';
import type { Channel } from './channel';

/** Appends each mail as a line of JSON, on disk when it resolves. Several processes may share the file. */
export const fileChannel = (path: string, now: () => Date): Channel => ({
  name: 'file',
  needsAddress: false,
  async send({ key, customerId, address, subject, text }) {
    const line = Buffer.from(`${JSON.stringify({ key, customerId, address, subject, text, at: now().toISOString() })}\n`);
    // One write to a file that is open for appending: lines of several processes do not mix.
    const file = await open(path, 'a');
    try {
      const { bytesWritten } = await file.write(line);
      if (bytesWritten < line.length) throw new Error(`Only ${bytesWritten} of ${line.length} bytes went into ${path}`);
      await file.datasync();
    } finally {
      await file.close();
    }
    return undefined;
  },
});
