/**
 * The fonts of image-proxy for another program, instead of the machine's.
 *
 * @module
 */
import { TYPEFACES } from "../../supabase/functions/image-proxy/svg/typefaces.ts";

const GENERIC = [
  ["sans-serif", "Arimo"],
  ["serif", "Tinos"],
  ["monospace", "Cousine"],
] as const;

/**
 * What a program's environment is, for fontconfig to find our fonts and no
 * others: files that are made anew.
 */
export async function ourFonts(): Promise<Record<string, string>> {
  const folder = await Deno.makeTempDir({ prefix: "portico-fonts-" });
  for (const [i, font] of TYPEFACES.entries()) {
    await Deno.writeFile(`${folder}/${i}.ttf`, font);
  }
  const file = `${folder}/fonts.conf`;
  const aliases = GENERIC.map(([name, family]) =>
    `<alias binding="same"><family>${name}</family>` +
    `<prefer><family>${family}</family></prefer></alias>`
  );
  await Deno.writeTextFile(
    file,
    `<fontconfig><dir>${folder}</dir><cachedir>${folder}</cachedir>${
      aliases.join("")
    }</fontconfig>`,
  );
  return { FONTCONFIG_FILE: file };
}
