"use client";

import { type ReactNode, useState } from "react";
import { useAddress } from "@/components/data/address";
import { TopicPage } from "@/components/shell/topic-page";
import { classes } from "@/components/ui/classes";
import type { ApiKey, IssuedApiKey } from "@/server/connectivity/contract";
import { Handshake } from "./handshake";
import { type KeyActions, KeyActionsProvider } from "./key-server-actions";
import { KeyStep } from "./key-step";
import { setupParams } from "./search-params";
import { SnippetStep } from "./snippet-step";

interface SetupViewProps {
  actions: KeyActions;
  /** Where runners reach this server. */
  address: string;
  /** Runs from before are of no interest. */
  since: string;
}

/** Connectivity › SDK Integration: from no key to a run that is seen to arrive. */
export function SetupView({ actions, address, since }: SetupViewProps) {
  const [{ key, agent, language }, setParams] = useAddress(setupParams);
  // The page's own beginning: what is shown stays when the server renders it anew.
  const [from] = useState(since);
  const [secret, keep] = useSecret(key);
  const pick = (picked: ApiKey | null) => setParams({ key: picked?.key_id ?? null, ...agentFor(picked, agent) });
  const take = (made: IssuedApiKey) => {
    keep(made);
    pick(made);
  };
  return (
    <KeyActionsProvider actions={actions}>
      <TopicPage topic="CON-INT-SDK">
        <ol className="grid max-w-7xl grid-cols-[minmax(0,1fr)] gap-x-10 px-4 py-5 xl:grid-cols-[minmax(0,1fr)_25rem] xl:grid-rows-[auto_1fr]">
          <Step number={1} title="Take a key">
            <KeyStep keyId={key} secret={secret} onPick={pick} onIssued={take} />
          </Step>
          <Step number={2} title="Run this">
            <SnippetStep
              address={address}
              secret={secret}
              agent={agent}
              language={language}
              onAgent={(name) => setParams({ agent: name })}
              onLanguage={(chosen) => setParams({ language: chosen })}
            />
          </Step>
          <Step
            number={3}
            title="See it arrive"
            className="xl:sticky xl:top-5 xl:col-start-2 xl:row-span-2 xl:row-start-1"
          >
            <Handshake keyId={key} agent={agent} since={from} />
          </Step>
        </ol>
      </TopicPage>
    </KeyActionsProvider>
  );
}

/** Of the key that was made on this page: it lives here only, and is gone with the page. */
function useSecret(keyId: string | null): [string | null, (made: IssuedApiKey) => void] {
  const [issued, keep] = useState<IssuedApiKey | null>(null);
  return [issued?.key_id === keyId ? (issued?.key ?? null) : null, keep];
}

/** A key that names its agents is used with one of them. */
function agentFor(key: ApiKey | null, agent: string): { agent?: string } {
  const [first] = key?.agent_ids ?? [];
  return first === undefined || key?.agent_ids.includes(agent) ? {} : { agent: first };
}

interface StepProps {
  number: number;
  title: string;
  className?: string;
  children: ReactNode;
}

function Step({ number, title, className, children }: StepProps) {
  return (
    <li className={classes("relative flex min-w-0 gap-4 self-start pb-8", className)}>
      <span
        aria-hidden
        className="flex size-6 shrink-0 items-center justify-center rounded-full border border-strong text-xs tabular-nums"
      >
        {number}
      </span>
      <div className="min-w-0 flex-1">
        <h2 className="mb-3 font-semibold text-base leading-6">{title}</h2>
        {children}
      </div>
    </li>
  );
}
