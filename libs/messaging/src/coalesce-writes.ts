import type { Writable } from 'node:stream';

/**
 * What is written to the socket within one turn goes out in one system call. The broker's client writes each
 * frame by itself, and a process under load spends much of its CPU in those calls; the other side reads as many packets.
 */
export function coalesceWrites(socket: Writable): void {
  const write = socket.write.bind(socket) as Writable['write'];
  let corked = false;
  socket.write = ((...args: Parameters<Writable['write']>) => {
    if (!corked) {
      corked = true;
      socket.cork();
      // Runs when the microtasks of this turn are done.
      process.nextTick(() => {
        corked = false;
        socket.uncork();
      });
    }
    return write(...args);
  }) as Writable['write'];
}
