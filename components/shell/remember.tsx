"use client";

import { usePathname } from "next/navigation";
import { useEffect } from "react";
import { rememberPage } from "./recent";
import { useSession } from "./session";

/** Keeps this page among the recent ones of the command palette. */
export function Remember({ title }: Readonly<{ title: string }>) {
  const href = usePathname();
  const session = useSession();
  useEffect(() => rememberPage(session, { href, title }), [session, href, title]);
  return null;
}
