/**
 * What S3 refuses, as clients of AWS read it: a code in XML, and a status that
 * means what it says.
 *
 * @module
 */
import { asRefusal, refusal } from "../errors.ts";
import { xml } from "./xml.ts";

// Codes and messages of supabase/storage where it has them, and else of AWS.
export const badDigest = refusal(
  ["BadDigest", 400],
  "The checksum you specified did not match what we received",
);
export const contentSha256Mismatch = refusal(
  ["XAmzContentSHA256Mismatch", 400],
  "The provided 'x-amz-content-sha256' header does not match what was computed",
);
export const entityTooSmall = refusal(
  ["EntityTooSmall", 400],
  "Your proposed upload is smaller than the minimum allowed size",
);
export const expiredToken = refusal(
  ["ExpiredToken", 400],
  "The provided token has expired.",
);
export const incompleteBody = refusal(
  ["IncompleteBody", 400],
  "You did not provide the number of bytes specified by a length header",
);
export const invalidAccessKeyId = refusal(
  ["InvalidAccessKeyId", 403],
  "The Access Key Id you provided does not exist in our records.",
);
export const invalidArgument = refusal(
  ["InvalidArgument", 400],
  "Invalid Argument",
);
export const invalidPart = refusal(
  ["InvalidPart", 400],
  "One or more of the specified parts could not be found",
);
export const invalidPartOrder = refusal(
  ["InvalidPartOrder", 400],
  "The list of parts was not in ascending order",
);
export const invalidQueryAuthorization = refusal(
  ["AuthorizationQueryParametersError", 400],
  "Query-string authentication requires other parameters",
);
export const malformedXml = refusal(
  ["MalformedXML", 400],
  "The XML you provided was not well-formed",
);
export const missingContentLength = refusal(
  ["MissingContentLength", 411],
  "You must provide the Content-Length HTTP header.",
);
export const noSuchUpload = refusal(["NoSuchUpload", 404], "Upload not found");
export const notImplemented = refusal(
  ["NotImplemented", 501],
  "What you ask for is not implemented",
);
export const requestTimeTooSkewed = refusal(
  ["RequestTimeTooSkewed", 403],
  "The difference between the request time and the current time is too large",
);
export const signatureDoesNotMatch = refusal(
  ["SignatureDoesNotMatch", 403],
  "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
);

/** The response for a refusal. What is not a refusal is a bug, and thrown on. */
export function answer(
  thrown: unknown,
  { method, resource }: { method: string; resource: string },
): Response {
  const refused = asRefusal(thrown);
  if (refused === undefined) throw thrown;
  const { code, statusCode, message, headers } = refused;
  const body = xml({
    Error: { Resource: resource, Code: code, Message: message },
  });
  return new Response(method === "HEAD" ? null : body, {
    status: statusCode,
    headers: { ...headers, "content-type": "application/xml" },
  });
}
