/** The same package, from npm. */
export * from "npm:@supabase/supabase-js@2.119.1";
