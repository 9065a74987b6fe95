// Ends what a test run started, should the run itself be killed before it could. Reads lines `+<pid>` and `-<pid>`; when
// its input ends, the run is over, and what is still on the list is killed. A process that ended is taken off by the run.
import { createInterface } from 'node:readline';

const pids = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined); // the end of the input is what counts

createInterface({ input: process.stdin })
  .on('line', (line) => (line[0] === '+' ? pids.add(Number(line.slice(1))) : pids.delete(Number(line.slice(1)))))
  .on('close', () => {
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
  });
