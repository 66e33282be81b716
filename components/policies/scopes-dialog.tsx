"use client";

import { useState } from "react";
import { ConfirmAction } from "@/components/data/confirm-action";
import { KeyIdsField } from "@/components/policies/key-ids-field";
import { ruleReads } from "@/components/policies/reads";
import { ruleSentence } from "@/components/policies/rule-sentence";
import { idsIn, textOfIds } from "@/components/policies/scope-text";
import { usePolicyActions } from "@/components/policies/server-actions";
import { staleRule } from "@/components/policies/stale";
import { ChoiceField, TextAreaField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import type { ScopeType } from "@/db/vocabulary";
import type { Policy } from "@/server/policies/wire";

type Reach = "all_runs" | "chosen";
type Chosen = Readonly<Record<Exclude<ScopeType, "all_runs">, string>>;

/** For whom a rule holds: everybody, or agents, keys and people side by side. */
export function ScopesDialog({ rule, onClose }: { rule: Policy; onClose: () => void }) {
  const { replaceScopes } = usePolicyActions();
  const toast = useToast();
  const [reach, setReach] = useState<Reach>(
    rule.scopes.some(({ type }) => type === "all_runs") ? "all_runs" : "chosen",
  );
  const [chosen, setChosen] = useState<Chosen>(() => chosenIn(rule));
  const set = (type: keyof Chosen) => (text: string) => setChosen({ ...chosen, [type]: text });
  return (
    <ConfirmAction
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Who “${rule.name}” holds for`}
      effect={<ScopesEffect rule={rule} reach={reach} chosen={chosen} />}
      action={replaceScopes}
      refreshes={ruleReads}
      onDone={({ version }) => toast({ title: `Saved as version ${version}`, tone: "allow" })}
      submit="Save the scopes"
      hidden={{ policy_id: rule.policy_id, version: String(rule.version) }}
      refused={staleRule(rule)}
    >
      {(errors) => (
        <>
          <ReachField reach={reach} onReach={setReach} error={errors("scopes")} />
          {reach === "chosen" ? <ChosenFields chosen={chosen} set={set} /> : null}
        </>
      )}
    </ConfirmAction>
  );
}

interface ReachFieldProps {
  reach: Reach;
  onReach: (reach: Reach) => void;
  error: string | undefined;
}

function ReachField({ reach, onReach, error }: ReachFieldProps) {
  return (
    <ChoiceField
      name="reach"
      label="Holds for"
      columns={2}
      value={reach}
      onValueChange={(value) => onReach(value === "all_runs" ? "all_runs" : "chosen")}
      options={[
        { value: "all_runs", label: "All runs", hint: "Every run of this tenant." },
        { value: "chosen", label: "Chosen ones", hint: "A run that matches any of these." },
      ]}
      error={error ? "Name at least one, as it exists." : undefined}
    />
  );
}

function ChosenFields({ chosen, set }: { chosen: Chosen; set: (type: keyof Chosen) => (text: string) => void }) {
  return (
    <>
      <TextAreaField
        name="ids.agent"
        label="Agents"
        hint="One agent id a line, as the runner sends it."
        isOptional
        mono
        rows={2}
        value={chosen.agent}
        onChange={(event) => set("agent")(event.target.value)}
      />
      <KeyIdsField name="ids.api_key" value={chosen.api_key} onValueChange={set("api_key")} isOptional />
      <TextAreaField
        name="ids.human_actor"
        label="People"
        hint="One id a line, as the runner names the person it acts for."
        isOptional
        mono
        rows={2}
        value={chosen.human_actor}
        onChange={(event) => set("human_actor")(event.target.value)}
      />
    </>
  );
}

function ScopesEffect({ rule, reach, chosen }: { rule: Policy; reach: Reach; chosen: Chosen }) {
  const types = ["agent", "api_key", "human_actor"] as const;
  const scopes =
    reach === "all_runs"
      ? [{ type: "all_runs" as const, ids: [] }]
      : types.map((type) => ({ type, ids: idsIn(chosen[type]) })).filter(({ ids }) => ids.length > 0);
  return (
    <>
      <p className="font-medium">{ruleSentence({ ...rule, scopes })}</p>
      <p className="mt-1 text-muted">It holds for runs that start from now on, as a new version of the rule.</p>
    </>
  );
}

function chosenIn(rule: Policy): Chosen {
  const of = (type: ScopeType) => textOfIds(rule.scopes.find((scope) => scope.type === type)?.ids ?? []);
  return { agent: of("agent"), api_key: of("api_key"), human_actor: of("human_actor") };
}
