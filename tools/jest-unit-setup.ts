import { generateClients } from './generate';

/** Unit tests need no server, but what they import may need the generated clients. */
export default async function setUp(): Promise<void> {
  await generateClients();
}
