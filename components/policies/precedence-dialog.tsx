"use client";

import { useState } from "react";
import { ConfirmAction } from "@/components/data/confirm-action";
import { bindWords, conflictWords, failureModeWords } from "@/components/policies/exact-words";
import { optionsOf } from "@/components/policies/policy-words";
import { ruleReads } from "@/components/policies/reads";
import { momentsFor } from "@/components/policies/rule-draft";
import { usePolicyActions } from "@/components/policies/server-actions";
import { staleRule } from "@/components/policies/stale";
import { NumberField, SelectField } from "@/components/ui/field";
import { useToast } from "@/components/ui/toast";
import type { ConflictStrategy } from "@/db/vocabulary";
import type { Policy } from "@/server/policies/wire";

/** Which rule wins, when it is looked at, and what happens when it cannot be evaluated. */
export function PrecedenceDialog({ rule, onClose }: { rule: Policy; onClose: () => void }) {
  const { replacePrecedence } = usePolicyActions();
  const toast = useToast();
  const [strategy, setStrategy] = useState<string>(rule.conflict_strategy);
  return (
    <ConfirmAction
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={`Precedence of “${rule.name}”`}
      effect={<PrecedenceEffect strategy={strategy} />}
      action={replacePrecedence}
      refreshes={ruleReads}
      onDone={({ version }) => toast({ title: `Saved as version ${version}`, tone: "allow" })}
      submit="Save the precedence"
      hidden={{ policy_id: rule.policy_id, version: String(rule.version) }}
      refused={staleRule(rule)}
    >
      {(errors) => <PrecedenceFields rule={rule} strategy={strategy} onStrategy={setStrategy} errors={errors} />}
    </ConfirmAction>
  );
}

interface PrecedenceFieldsProps {
  rule: Policy;
  strategy: string;
  onStrategy: (strategy: string) => void;
  errors: (name: string) => string | undefined;
}

function PrecedenceFields({ rule, strategy, onStrategy, errors }: PrecedenceFieldsProps) {
  return (
    <>
      <NumberField
        name="precedence"
        label="Precedence"
        hint="The lower number is the stronger rule. 100 is usual."
        defaultValue={rule.precedence}
        min={0}
        required
        error={errors("precedence")}
      />
      <SelectField
        name="conflict_strategy"
        label="When rules conflict"
        value={strategy}
        onChange={(event) => onStrategy(event.target.value)}
        options={optionsOf(conflictWords)}
        error={errors("conflict_strategy")}
      />
      <MomentFields rule={rule} errors={errors} />
    </>
  );
}

function MomentFields({ rule, errors }: Pick<PrecedenceFieldsProps, "rule" | "errors">) {
  const [moment, setMoment] = useState<string>(rule.bind_at);
  const [failure, setFailure] = useState<string>(rule.failure_mode ?? "null");
  return (
    <>
      <SelectField
        name="bind_at"
        label="Looked at"
        value={moment}
        onChange={(event) => setMoment(event.target.value)}
        options={optionsOf(bindWords, momentsFor(rule.condition === null ? "metric" : "condition"))}
        error={errors("bind_at")}
      />
      <SelectField
        name="failure_mode"
        label="If it cannot be evaluated"
        value={failure}
        onChange={(event) => setFailure(event.target.value)}
        options={optionsOf(failureModeWords)}
        error={errors("failure_mode")}
      />
    </>
  );
}

const effects: Readonly<Record<ConflictStrategy, string>> = {
  most_restrictive: "Of rules that measure the same and do the same, the lowest value holds, whatever the numbers say.",
  explicit_priority: "Of rules that measure the same and do the same, the one with the lowest precedence number holds.",
  fail_closed: "If two such rules have different values at the same precedence, a run does not start at all.",
};

function PrecedenceEffect({ strategy }: { strategy: string }) {
  const effect = Object.entries(effects).find(([name]) => name === strategy)?.[1];
  return (
    <>
      <p>{effect}</p>
      <p className="mt-1 text-muted">
        The strategy of the strongest rule of a run decides for the whole run. It holds for runs that start from now on.
      </p>
    </>
  );
}
