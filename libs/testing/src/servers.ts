/** The servers tests run on; Jest's global set-up starts them and names them by environment. */
export interface TestServers {
  /** Administrator's; names no virtual host. */
  readonly amqpUrl: string;
  /** Superuser's, of the database `postgres`. */
  readonly databaseUrl: string;
  /** With the administrator's credentials. */
  readonly managementUrl: string;
}

export function servers(env: NodeJS.ProcessEnv = process.env): TestServers {
  const required = (name: string) => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set: tests that need servers are named .int.spec.ts or .e2e.spec.ts`);
    return value;
  };
  return {
    amqpUrl: required('COMPTOIR_AMQP_URL'),
    databaseUrl: required('COMPTOIR_DATABASE_URL'),
    managementUrl: required('COMPTOIR_MANAGEMENT_URL'),
  };
}
