"use client";

import { renderSVG } from "uqr";
import { useSession } from "@/components/shell/session";
import { Callout } from "@/components/ui/callout";
import { CopyButton } from "@/components/ui/copy";
import { TextField } from "@/components/ui/field";
import { Mark } from "@/components/ui/mark";
import { DoorForm } from "./door-form";
import { fieldError } from "./door-state";
import type { SecurityActions } from "./security-view";

/** A code of an authenticator app at every sign-in. Enabling takes two steps, so nobody locks themselves out. */
export function SecondFactor({ actions }: Readonly<{ actions: SecurityActions }>) {
  const { second_factor } = useSession();
  if (second_factor) {
    return (
      <>
        <p className="mb-3">
          <Mark tone="allow">On</Mark> Signing in asks for a code of your authenticator app.
        </p>
        <DoorForm action={actions.disableSecondFactor} submit="Turn it off" variant="danger">
          {(state) => <PasswordField error={fieldError(state, "password")} />}
        </DoorForm>
      </>
    );
  }
  return (
    <>
      <p className="mb-3 text-muted">Off. With it, a stolen password alone does not open your account.</p>
      <DoorForm
        action={actions.enableSecondFactor}
        submit="Set it up"
        done={(value) => <SetUp value={value} confirm={actions.confirmSecondFactor} />}
      >
        {(state) => <PasswordField error={fieldError(state, "password")} />}
      </DoorForm>
    </>
  );
}

function PasswordField({ error }: Readonly<{ error: string | undefined }>) {
  return (
    <TextField
      name="password"
      label="Your password"
      type="password"
      autoComplete="current-password"
      required
      error={error}
    />
  );
}

interface SetUpProps {
  value: Readonly<Record<string, unknown>>;
  confirm: SecurityActions["confirmSecondFactor"];
}

function SetUp({ value, confirm }: Readonly<SetUpProps>) {
  const codes = Array.isArray(value.backup_codes) ? value.backup_codes.map(String) : [];
  return (
    <ol className="flex list-inside list-decimal flex-col gap-6">
      <li>
        Scan this with your authenticator app, or type the secret.
        <Secret uri={String(value.totp_uri)} secret={String(value.secret)} />
      </li>
      <li>
        Keep these backup codes where you keep passwords. Each works once; they are shown this once.
        <BackupCodes codes={codes} />
      </li>
      <li>
        Type the code that the app shows now. From then on every sign-in asks for one.
        <div className="mt-2">
          <DoorForm
            action={confirm}
            submit="Turn it on"
            done={() => <Callout tone="allow" title="The second factor is on" />}
          >
            {(state) => (
              <TextField
                name="code"
                label="Code"
                autoComplete="one-time-code"
                inputMode="numeric"
                required
                error={fieldError(state, "code")}
              />
            )}
          </DoorForm>
        </div>
      </li>
    </ol>
  );
}

function Secret({ uri, secret }: Readonly<{ uri: string; secret: string }>) {
  return (
    <div className="mt-3 flex flex-wrap items-center gap-5">
      {/* Scanners want dark on light, in every theme. */}
      {/* biome-ignore lint/performance/noImgElement: drawn here, nothing to fetch or resize */}
      <img
        alt="The code to scan"
        className="size-40 rounded-md bg-[#fff] p-2"
        src={`data:image/svg+xml;utf8,${encodeURIComponent(renderSVG(uri, { border: 0 }))}`}
      />
      <span className="flex items-center gap-1">
        <code className="break-all text-xs">{secret}</code>
        <CopyButton value={secret} label="Copy the secret" />
      </span>
    </div>
  );
}

function BackupCodes({ codes }: Readonly<{ codes: readonly string[] }>) {
  return (
    <div className="mt-2 flex items-start gap-2">
      <code className="grid grid-cols-2 gap-x-6 gap-y-1 rounded-md bg-sunken p-3 text-xs">
        {codes.map((code) => (
          <span key={code}>{code}</span>
        ))}
      </code>
      <CopyButton value={codes.join("\n")} label="Copy the backup codes" />
    </div>
  );
}
