/**
 * The mails of Auth, in words. The templates of `supabase/config.toml` are not
 * read: what people need here is the link and the code. No I/O.
 *
 * @module
 */

/** What a mail is about. */
export type MailKind = keyof typeof WORDS;

/** A mail as it would be sent. */
export interface Mail {
  readonly to: string;
  readonly kind: MailKind;
  readonly subject: string;
  /** What goes before the link and the code. */
  readonly text: string;
  /** Where to click; null when the code has to be typed. */
  readonly link: string | null;
  /** Six digits; empty when there is nothing to prove. */
  readonly code: string;
}

const WORDS = {
  signup: {
    subject: "Confirm your email address",
    text: "Follow the link or enter the code to confirm this address.",
  },
  invite: {
    subject: "You have been invited",
    text: "Follow the link or enter the code to accept the invitation.",
  },
  magiclink: {
    subject: "Your magic link",
    text: "Follow the link or enter the code to sign in.",
  },
  recovery: {
    subject: "Reset your password",
    text: "Follow the link or enter the code to choose a new password.",
  },
  "email_change": {
    subject: "Confirm your new email address",
    text: "Follow the link or enter the code to confirm the change of address.",
  },
  notice: {
    subject: "Your account has been changed",
    text: "Somebody who administers this project has changed your account",
  },
  reauthentication: {
    subject: "Confirm that it is you",
    text: "Enter the code to confirm that it is you.",
  },
} as const;

/** Puts a link and a code into words. */
export function writeMail(
  mail: Omit<Mail, "subject" | "text">,
): Mail {
  return { ...mail, ...WORDS[mail.kind] };
}
