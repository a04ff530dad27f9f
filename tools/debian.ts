/**
 * What tests need beside Deno and npm: Debian's packages.
 *
 * @module
 */

/** For the tests of `tests/services/`. */
export const PACKAGES: readonly string[] = [
  "imagemagick",
  "libheif-examples",
  "postgresql",
  "prometheus",
];

const SEEN = "install ok installed";

/** Those of `names` that this machine has not. */
export async function missing(names: readonly string[]): Promise<string[]> {
  const absent: string[] = [];
  for (const name of names) {
    const status = await run("dpkg-query", ["-W", "-f", "${Status}", name]);
    if (!status.success || status.text !== SEEN) absent.push(name);
  }
  return absent;
}

/**
 * Installs those of `PACKAGES` that are missing.
 *
 * @throws {Error} saying what to do, if it may not or cannot.
 */
export async function installPackages(): Promise<void> {
  const absent = await missing(PACKAGES);
  if (absent.length === 0) return;
  const words = ["install", "-y", "--no-install-recommends", ...absent];
  const byHand = `apt-get ${words.join(" ")}`;
  if (Deno.uid() !== 0) {
    throw new Error(`Cannot install as this user: run ${byHand} as root`);
  }
  for (const args of [["update"], words]) {
    const { success, text } = await run("apt-get", args);
    if (!success) throw new Error(`Cannot ${byHand}:\n${text}`);
  }
}

/** What a command says, if there is such a command. */
async function run(
  command: string,
  args: readonly string[],
): Promise<{ success: boolean; text: string }> {
  const decoder = new TextDecoder();
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      env: { DEBIAN_FRONTEND: "noninteractive" },
    }).output();
    return { success, text: decoder.decode(success ? stdout : stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { success: false, text: `${command} is not on this machine` };
  }
}
