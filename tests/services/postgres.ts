/**
 * A PostgreSQL server of its own for a test: Debian's, empty, on loopback.
 *
 * @module
 */

/** Where Debian has its versions: "15", "17". */
const VERSIONS = "/usr/lib/postgresql";

/** A running server. Whoever asks is let in. */
export interface Postgres extends AsyncDisposable {
  /** As the superuser `postgres`, in the database of that name. */
  readonly url: string;
  /** Crashes it, and starts it again. Whoever was connected is so no more. */
  restart(): Promise<void>;
}

/** Starts the newest that is installed. It takes 2 s. */
export async function startPostgres(): Promise<Postgres> {
  const folder = await Deno.makeTempDir({ prefix: "portico-postgres-" });
  const data = `${folder}/data`;
  const port = freePort();
  const bin = `${VERSIONS}/${await newest()}/bin`;
  if (Deno.uid() === 0) await run("chown", ["postgres", folder]);

  await asPostgres(`${bin}/initdb`, [
    "-D",
    data,
    "-A",
    "trust",
    "-U",
    "postgres",
  ]);
  const server = `-h 127.0.0.1 -p ${port} -k ${folder} -c fsync=off`;
  const control = ["-D", data, "-l", `${folder}/log`, "-o", server, "-w"];
  await asPostgres(`${bin}/pg_ctl`, [...control, "start"]);

  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres?sslmode=disable`,
    restart: () =>
      asPostgres(`${bin}/pg_ctl`, [...control, "-m", "immediate", "restart"]),
    async [Symbol.asyncDispose]() {
      const stop = ["-D", data, "-m", "immediate", "-w", "stop"];
      await asPostgres(`${bin}/pg_ctl`, stop);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function newest(): Promise<string> {
  const names = await Array.fromAsync(Deno.readDir(VERSIONS), (it) => it.name);
  return names.sort((a, b) => Number(a) - Number(b)).at(-1) ?? "";
}

/** Nobody has it now. The server fails to start if somebody takes it first. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** PostgreSQL does not run as root. */
async function asPostgres(
  command: string,
  args: readonly string[],
): Promise<void> {
  if (Deno.uid() !== 0) return await run(command, args);
  await run("runuser", ["-u", "postgres", "--", command, ...args]);
}

async function run(command: string, args: readonly string[]): Promise<void> {
  // Its server keeps what it is given open, and must not be waited for.
  const { success } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  if (!success) throw new Error(`Cannot run ${command} ${args.join(" ")}`);
}
