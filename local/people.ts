/**
 * The two people of `supabase/seed.sql`, for whoever starts the stack.
 *
 * @module
 */

/** A member, and an administrator (`app_metadata.role` is `admin`). */
export const PEOPLE = [
  {
    id: "00000000-0000-4000-8000-000000000001",
    email: "member@example.com",
    password: "portico-member",
  },
  {
    id: "00000000-0000-4000-8000-000000000002",
    email: "admin@example.com",
    password: "portico-admin",
  },
] as const;
