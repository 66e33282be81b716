"use server";

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { keepCookies } from "@/app/auth-door";
import type { EntryState } from "@/components/account/entry-form";
import { acceptInvitation } from "@/server/account/contract";
import { route } from "@/server/endpoints";
import { addressOf } from "@/server/platform/http/client";
import { clientAddressHeader } from "@/server/platform/http/client-address";

/** Takes the seat and signs in, by the same operation as a program would. */
export async function acceptByForm(_before: EntryState | null, form: FormData): Promise<EntryState> {
  const fields = [...form].filter(([name, value]) => (name === "name" || name === "password") && value !== "");
  const address = addressOf(acceptInvitation, { params: { token: String(form.get("token")) } });
  const [jar, sent] = await Promise.all([cookies(), headers()]);
  const from = sent.get(clientAddressHeader);
  const response = await route(
    new Request(`http://page.invalid${address}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        cookie: jar.toString(),
        "user-agent": sent.get("user-agent") ?? "",
        ...(from === null ? {} : { [clientAddressHeader]: from }),
      },
      body: JSON.stringify(Object.fromEntries(fields)),
    }),
  );
  if (response?.ok) {
    await keepCookies(response);
    redirect("/overview/highlights");
  }
  return { problem: Object(await response?.json()), name: String(form.get("name") ?? "") };
}
