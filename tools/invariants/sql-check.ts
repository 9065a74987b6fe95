import type { DatabaseName } from '../../prisma/databases';
import type { Invariant } from './violation';

/** What one database can tell alone. Each row of `text` is a violation, described in its column `example`. */
export interface SqlCheck {
  readonly database: DatabaseName;
  readonly invariant: Invariant;
  readonly text: string;
}
