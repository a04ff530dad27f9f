/**
 * HTTP status codes by name, as `@std/http/status` has them: the ones in use.
 *
 * @module
 */

/** Names from the IANA registry of HTTP status codes; RFC 9110 §15. */
export const STATUS_CODE = {
  Created: 201,
  Accepted: 202,
  NoContent: 204,
} as const;

/** The status codes that say that something went wrong; RFC 9110 §15.5, §15.6. */
export type ErrorStatus =
  | 400
  | 401
  | 402
  | 403
  | 404
  | 405
  | 406
  | 407
  | 408
  | 409
  | 410
  | 411
  | 412
  | 413
  | 414
  | 415
  | 416
  | 417
  | 418
  | 421
  | 422
  | 423
  | 424
  | 425
  | 426
  | 428
  | 429
  | 431
  | 451
  | 500
  | 501
  | 502
  | 503
  | 504
  | 505
  | 506
  | 507
  | 508
  | 510
  | 511;
