import { createTransport } from 'nodemailer';
import type { Channel } from './channel';

export interface SmtpOptions {
  /** `smtp://user:password@host:port`, or `smtps:`. */
  readonly url: string;
  /** The sender's address. Its domain is the one of the Message-IDs. */
  readonly from: string;
  readonly timeoutMs: number;
}

/**
 * Sends by a mail server, a connection per mail, so that one that is cut off leaves nothing behind that might still be sent.
 * What the server says of the recipient or of the mail itself with a 5xx is final; any other failure is of the server or of
 * our configuration, and may be over the next time.
 */
export function smtpChannel({ url, from, timeoutMs }: SmtpOptions): Channel {
  const transport = createTransport({
    url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    name: 'smtp',
    needsAddress: true,
    async send({ key, address = '', subject, text }, signal) {
      const mail = {
        // Objects: an address is never parsed out of a text.
        from: { name: '', address: from },
        to: { name: '', address },
        subject,
        text,
        messageId: `<${key}@${domain}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal,
      };
      try {
        await transport.sendMail(mail);
        return undefined;
      } catch (error) {
        const refused = refusalOf(error);
        if (refused === undefined) throw error;
        return refused;
      }
    },
  };
}

/** What the server answered, where that is its last word. */
function refusalOf(error: unknown): string | undefined {
  const { command, responseCode, response } = error as { command?: string; responseCode?: number; response?: string };
  const final = (command === 'RCPT TO' || command === 'DATA') && responseCode !== undefined && responseCode >= 500 && responseCode < 600;
  return final ? (response ?? String(responseCode)) : undefined;
}
