"use server";

import { redirect } from "next/navigation";
import { askDoor } from "@/app/auth-door";

export async function signOut(): Promise<void> {
  await askDoor("/sign-out", {});
  redirect("/sign-in");
}

/** Somebody without a seat in that tenant stays where they are. The caller loads the document anew. */
export async function switchTenant(form: FormData): Promise<void> {
  await askDoor("/switch-tenant", { tenant_id: form.get("tenant_id") });
}
