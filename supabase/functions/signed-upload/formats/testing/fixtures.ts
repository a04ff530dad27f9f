/**
 * Files of other programs, and what is made of them to pass for more.
 *
 * @module
 */

const FOLDER = new URL("../../../../../tests/files/formats/", import.meta.url);

/** A file of `tests/files/formats`. */
export function fixture(name: string): Uint8Array {
  return Deno.readFileSync(new URL(name, FOLDER));
}

/** Bytes and texts, of one byte a character, one behind the other. */
export function join(...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const all = parts.flatMap((part) =>
    typeof part === "string"
      ? Array.from(part, (it) => it.charCodeAt(0))
      : [...part]
  );
  return Uint8Array.from(all);
}

/** `bytes` with `parts` in place of what is at `at`. */
export function patch(
  bytes: Uint8Array,
  at: number,
  ...parts: readonly (Uint8Array | string)[]
): Uint8Array {
  const patched = bytes.slice();
  patched.set(join(...parts), at);
  return patched;
}

/** 32 bits, the most significant first. */
export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** 32 bits, the least significant first. */
export function u32le(value: number): Uint8Array {
  return u32(value).reverse();
}

/** Each with its type, and width × height × frames by whoever wrote it. */
export const FIXTURES: readonly [name: string, type: string, pixels: number][] =
  [
    ["baseline.jpg", "image/jpeg", 24 * 16],
    ["progressive.jpg", "image/jpeg", 24 * 16],
    ["restart.jpg", "image/jpeg", 24 * 16],
    ["arithmetic.jpg", "image/jpeg", 24 * 16],
    ["grey.jpg", "image/jpeg", 24 * 16],
    ["exif.jpg", "image/jpeg", 24 * 16],
    ["multi_picture.jpg", "image/jpeg", 24 * 16 * 2],
    ["grey.png", "image/png", 24 * 16],
    ["palette.png", "image/png", 24 * 16],
    ["interlaced.png", "image/png", 24 * 16],
    ["animated.png", "image/apng", 12 * 10 * 3],
    ["old.gif", "image/gif", 24 * 16],
    ["still.gif", "image/gif", 24 * 16],
    ["animated.gif", "image/gif", 12 * 10 * 3],
    ["lossy.webp", "image/webp", 24 * 16],
    ["lossless.webp", "image/webp", 24 * 16],
    ["alpha.webp", "image/webp", 24 * 16],
    ["animated.webp", "image/webp", 12 * 10 * 3],
    ["still.avif", "image/avif", 24 * 16],
    // Its decoder holds 64 × 64, and cuts.
    ["still.heic", "image/heic", 64 * 64],
    ["video.mp4", "video/mp4", 0],
    ["fragmented.mp4", "video/mp4", 0],
    ["video.mov", "video/quicktime", 0],
    ["video.3gp", "video/3gpp", 0],
    ["sound.m4a", "audio/mp4", 0],
    ["written.pdf", "application/pdf", 0],
    ["streams.pdf", "application/pdf", 0],
    ["linearized.pdf", "application/pdf", 0],
    ["updated.pdf", "application/pdf", 0],
    ["files.zip", "application/zip", 0],
    ["comment.zip", "application/zip", 0],
    ["zip64.zip", "application/zip", 0],
    [
      "letter.docx",
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
      0,
    ],
    ["letter.odt", "application/vnd.oasis.opendocument.text", 0],
    ["book.epub", "application/epub+zip", 0],
    ["program.jar", "application/java-archive", 0],
    ["text.txt", "text/plain", 0],
    ["utf16.txt", "text/plain", 0],
    ["latin1.csv", "text/csv", 0],
    ["data.json", "application/json", 0],
    ["note.xml", "application/xml", 0],
    ["drawing.svg", "image/svg+xml", 0],
    ["sound.mp3", "audio/mpeg", 0],
    ["sound.wav", "audio/wav", 0],
    ["sound.ogg", "audio/ogg", 0],
    ["video.webm", "video/webm", 0],
  ];
