/**
 * What Linux says about processes.
 *
 * @module
 */

/** A file of `/proc`, which Deno itself reads only with every permission. */
async function proc(path: string): Promise<string> {
  const command = new Deno.Command("cat", { args: [`/proc/${path}`] });
  return new TextDecoder().decode((await command.output()).stdout);
}

/** Processes whose parent is `pid`. Linux lists them by its threads. */
export async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `cat /proc/${pid}/task/*/children`],
  }).output();
  const found = new TextDecoder().decode(stdout).match(/\d+/g) ?? [];
  // For a parent that is this process, the shell was one of them.
  const running = await Promise.all(found.map(Number).map(isRunning));
  return found.map(Number).filter((_, i) => running[i]);
}

/** Whether `pid` has not ended. */
export async function isRunning(pid: number): Promise<boolean> {
  // A process that has ended and is not waited for is a zombie: state Z.
  const stat = await proc(`${pid}/stat`);
  return stat !== "" && !/\) [ZX]/.test(stat);
}

/** How long a process may take to end. It takes milliseconds. */
const PATIENCE_MS = 20_000;

/** Whether `pid` ends, now or soon. */
export async function ends(pid: number): Promise<boolean> {
  const last = performance.now() + PATIENCE_MS;
  while (await isRunning(pid)) if (performance.now() > last) return false;
  return true;
}

/** A clock tick of `/proc`, in milliseconds: Linux's USER_HZ is 100. */
const TICK_MS = 10;

/** CPU time that `pid` has taken, all its threads, in user and system. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await proc(`${pid}/stat`);
  // Behind the name, which may have spaces: see proc_pid_stat(5).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** The most memory that `pid` has had at once, in bytes: its `VmHWM`. */
export async function peakBytes(pid: number): Promise<number> {
  const status = await proc(`${pid}/status`);
  return Number(status.match(/^VmHWM:\s+(\d+) kB$/m)?.[1]) * 1024;
}
