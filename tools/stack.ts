import { runTool, ToolError } from './fail';
import { ensureStack, stopStack } from './stack/ensure';
import { printStatus } from './stack/status';
import { resetStack } from './stack/reset';

export { ensureStack, stopStack } from './stack/ensure';
export type { Servers } from './stack/servers';

const USAGE = 'Usage: npm run stack -- up|down|status|reset';

async function main(command: string | undefined): Promise<void> {
  switch (command) {
    case 'up':
      await ensureStack();
      return printStatus();
    case 'down':
      return stopStack();
    case 'status':
      return printStatus();
    case 'reset':
      return resetStack(await ensureStack());
    default:
      throw new ToolError('usage', USAGE);
  }
}

if (require.main === module) void runTool(() => main(process.argv[2]));
