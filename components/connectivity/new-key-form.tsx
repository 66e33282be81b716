"use client";

import { Plus } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ActionForm } from "@/components/data/action-form";
import { useSession } from "@/components/shell/session";
import { Button } from "@/components/ui/button";
import { CheckboxField, Fieldset, SelectField, TextField } from "@/components/ui/field";
import type { IssuedApiKey } from "@/server/connectivity/contract";
import { expiryOptions } from "./expiry-options";
import { IssuedKey } from "./issued-key";
import { keyReads } from "./key-reads";
import { useKeyActions } from "./key-server-actions";
import { runnerScopes, scopeGroups } from "./scope-groups";

interface NewKeyFormProps {
  cancel?: ReactNode;
  onIssued?: (key: IssuedApiKey) => void;
  /** Below the new key. */
  next: (key: IssuedApiKey) => ReactNode;
  /** Of the moment the form was opened, in milliseconds since 1970. */
  now: number;
}

/** Makes a key; afterwards the key stands in the form's place. */
export function NewKeyForm({ cancel, onIssued, next, now }: NewKeyFormProps) {
  const { create } = useKeyActions();
  return (
    <ActionForm
      action={create}
      refreshes={keyReads}
      submit="Create key"
      cancel={cancel}
      {...(onIssued ? { onDone: onIssued } : {})}
      result={(issued) => <IssuedKey issued={issued} next={next(issued)} />}
    >
      {(errors) => (
        <>
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField
              name="name"
              label="Name"
              placeholder="Mail runner, production"
              required
              maxLength={128}
              autoComplete="off"
              error={errors("name")}
            />
            <SelectField
              name="expires_at"
              label="Expires"
              options={expiryOptions(now)}
              defaultValue={expiryOptions(now)[2]?.value}
              error={errors("expires_at")}
            />
          </div>
          <AgentFields error={errors("agent_ids")} />
          <ScopeFields error={errors("scopes")} />
        </>
      )}
    </ActionForm>
  );
}

function AgentFields({ error }: { error: string | undefined }) {
  const [fields, setFields] = useState([0]);
  return (
    <Fieldset legend="Agents it may name">
      <p className="text-muted text-xs">
        With no agent the key may name any, and its runs are marked as not verified: anybody with the key could say they
        are that agent.
      </p>
      {fields.map((field) => (
        <TextField
          key={field}
          name="agent_ids"
          label={`Agent ${field + 1}`}
          placeholder="mail-bot"
          maxLength={128}
          autoComplete="off"
          isOptional
          mono
          error={field === 0 ? error : undefined}
        />
      ))}
      {fields.length < 20 ? (
        <Button
          size="small"
          icon={<Plus />}
          className="self-start"
          onClick={() => setFields([...fields, fields.length])}
        >
          Add an agent
        </Button>
      ) : null}
    </Fieldset>
  );
}

function ScopeFields({ error }: { error: string | undefined }) {
  const held = useSession().permissions;
  return (
    <Fieldset legend="Scopes">
      {error ? (
        <p role="alert" className="text-tone-deny text-xs">
          {error}
        </p>
      ) : null}
      <div className="grid gap-x-6 gap-y-4 sm:grid-cols-2">
        {scopeGroups.map((group) => (
          <fieldset key={group.name} className="flex flex-col gap-2">
            <legend className="mb-2 font-medium text-muted text-xs">{group.name}</legend>
            {group.scopes.map(({ scope, says }) => (
              <CheckboxField
                key={scope}
                name="scopes"
                value={scope}
                label={scope}
                hint={held.includes(scope) ? says : `${says}. You lack it, so your keys cannot have it.`}
                defaultChecked={runnerScopes.includes(scope)}
                disabled={!held.includes(scope)}
              />
            ))}
          </fieldset>
        ))}
      </div>
    </Fieldset>
  );
}
