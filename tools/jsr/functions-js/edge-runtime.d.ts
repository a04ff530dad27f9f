// The first line of a function that `supabase functions new` makes imports this
// for an editor, which asks JSR. Nothing of it runs.
export {};
