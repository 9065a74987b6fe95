/** Queries on the views' database; where they run, and on how many connections, is for the process to say. */
export abstract class ConversationReads {
  abstract query<Row extends object>(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}
