import { resolve } from 'node:path';

/** The checkout this tool belongs to. */
export const ROOT = resolve(__dirname, '..');
