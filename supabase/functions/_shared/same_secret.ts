/**
 * Whether somebody knows a secret.
 *
 * @module
 */

/** In a time that says nothing: `verify` compares what both of them sign. */
export async function isSameSecret(
  given: string,
  secret: string,
): Promise<boolean> {
  const nothing = new Uint8Array();
  const mac = await crypto.subtle.sign("HMAC", await keyOf(given), nothing);
  return await crypto.subtle.verify("HMAC", await keyOf(secret), mac, nothing);
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret);
  const hmac = { name: "HMAC", hash: "SHA-256" };
  // An empty key is no key to it.
  const material = bytes.length === 0 ? new Uint8Array(1) : bytes;
  const uses: KeyUsage[] = ["sign", "verify"];
  return await crypto.subtle.importKey("raw", material, hmac, false, uses);
}
