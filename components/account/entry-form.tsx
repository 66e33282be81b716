"use client";

import { useActionState } from "react";
import { Button } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { CheckboxField, TextField } from "@/components/ui/field";
import { Link } from "@/components/ui/link";

/** What a form at the door shows after it was sent. Passwords are never sent back. */
export interface EntryState {
  problem: {
    type: string;
    title: string;
    detail?: string;
    request_id?: string;
    errors?: { pointer: string; detail: string }[];
  };
  email?: string;
  tenantName?: string;
  name?: string;
  step?: "second-factor";
}

export type EntryAction = (before: EntryState | null, form: FormData) => Promise<EntryState>;

interface SignInProps {
  action: EntryAction;
  verify: EntryAction;
  next: string | null;
}

export function SignInForm({ action, verify, next }: Readonly<SignInProps>) {
  const [state, submit, isPending] = useActionState(action, null);
  if (state !== null && isSlug(state, "second-factor-required")) {
    return <SecondFactorForm action={verify} next={next} email={state.email ?? ""} />;
  }
  return (
    <form action={submit} className="flex flex-col gap-4">
      <Refused state={state} />
      <input type="hidden" name="next" value={next ?? ""} />
      <TextField
        name="email"
        label="Email"
        type="email"
        autoComplete="username"
        required
        defaultValue={state?.email ?? ""}
        error={errorOf(state, "email")}
      />
      <TextField
        name="password"
        label="Password"
        type="password"
        autoComplete="current-password"
        required
        error={errorOf(state, "password")}
      />
      <CheckboxField name="remember_me" label="Stay signed in after the browser closes" defaultChecked />
      <Button type="submit" variant="primary" pending={isPending}>
        Sign in
      </Button>
    </form>
  );
}

function SecondFactorForm({
  action,
  next,
  email,
}: Readonly<{ action: EntryAction; next: string | null; email: string }>) {
  const [state, submit, isPending] = useActionState(action, null);
  return (
    <form action={submit} className="flex flex-col gap-4">
      <p>The password is right. Now the code of your authenticator app, or one of your backup codes.</p>
      <Refused state={state} />
      <input type="hidden" name="next" value={next ?? ""} />
      <input type="hidden" name="email" value={email} />
      <TextField
        name="code"
        label="Code"
        autoComplete="one-time-code"
        required
        autoFocus
        error={errorOf(state, "code")}
      />
      <Button type="submit" variant="primary" pending={isPending}>
        Verify
      </Button>
      <Link href="/sign-in" className="text-muted underline">
        Start again
      </Link>
    </form>
  );
}

export function SignUpForm({ action }: Readonly<{ action: EntryAction }>) {
  const [state, submit, isPending] = useActionState(action, null);
  return (
    <form action={submit} className="flex flex-col gap-4">
      <Refused state={state} />
      <TextField
        name="tenant_name"
        label="Organisation"
        required
        autoComplete="organization"
        hint="Its runs, policies and evidence are kept apart from everybody else's."
        defaultValue={state?.tenantName ?? ""}
        error={errorOf(state, "tenant_name")}
      />
      <NewAccountFields state={state} />
      <Button type="submit" variant="primary" pending={isPending}>
        Create the organisation
      </Button>
    </form>
  );
}

function NewAccountFields({ state }: Readonly<{ state: EntryState | null }>) {
  return (
    <>
      <TextField
        name="name"
        label="Your name"
        autoComplete="name"
        defaultValue={state?.name ?? ""}
        error={errorOf(state, "name")}
      />
      <TextField
        name="email"
        label="Email"
        type="email"
        autoComplete="username"
        required
        defaultValue={state?.email ?? ""}
        error={errorOf(state, "email")}
      />
      <TextField
        name="password"
        label="Password"
        type="password"
        autoComplete="new-password"
        required
        minLength={12}
        hint="At least 12 characters. A sentence is easier to remember than a riddle."
        error={errorOf(state, "password")}
      />
    </>
  );
}

/** What was refused as a whole; what belongs to a field stands at the field. */
export function Refused({ state }: Readonly<{ state: EntryState | null }>) {
  if (state === null || (state.problem.errors?.length ?? 0) > 0) return null;
  const { title, detail } = state.problem;
  return (
    <Callout tone="deny" title={title}>
      {detail}
    </Callout>
  );
}

export function errorOf(state: EntryState | null, field: string): string | undefined {
  return state?.problem.errors?.find(({ pointer }) => pointer === `#/${field}`)?.detail;
}

function isSlug(state: EntryState, slug: string): boolean {
  return state.problem.type.endsWith(`/${slug}`);
}
