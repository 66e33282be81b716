"use client";

import { useActionState } from "react";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import type { OpenInvitation } from "@/server/account/wire";
import { type EntryAction, errorOf, Refused } from "./entry-form";
import { roleWords } from "./member-words";

interface FormProps {
  action: EntryAction;
  token: string;
  invitation: OpenInvitation;
  isSignedInAsThem: boolean;
}

export function InvitationForm({ action, token, invitation, isSignedInAsThem }: Readonly<FormProps>) {
  const [state, submit, isPending] = useActionState(action, null);
  const { role, has_account } = invitation;
  return (
    <form action={submit} className="flex flex-col gap-4">
      <p className="rounded-md bg-sunken p-3">
        <span className="font-medium">{role}</span>: {roleWords[role]}.
      </p>
      <Refused state={state} />
      <input type="hidden" name="token" value={token} />
      {has_account ? null : (
        <TextField
          name="name"
          label="Your name"
          autoComplete="name"
          required
          defaultValue={state?.name ?? ""}
          error={errorOf(state, "name")}
        />
      )}
      {isSignedInAsThem ? null : (
        <TextField
          name="password"
          label={has_account ? "The password of your account" : "A password"}
          type="password"
          autoComplete={has_account ? "current-password" : "new-password"}
          required
          hint={has_account ? undefined : "At least 12 characters."}
          error={errorOf(state, "password")}
        />
      )}
      <Button type="submit" variant="primary" pending={isPending}>
        Join
      </Button>
    </form>
  );
}
