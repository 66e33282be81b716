"use client";

import { onKillWords } from "@/components/policies/exact-words";
import {
  optionsOf,
  rolloutWords,
  ruleEnforcementWords,
  scopeTypeWords,
  severityWords,
} from "@/components/policies/policy-words";
import type { RuleFieldsProps } from "@/components/policies/rule-form";
import { scopesText } from "@/components/policies/rule-scope-text";
import { ScopeFields } from "@/components/policies/scope-fields";
import { ChoiceField, Fieldset, SelectField } from "@/components/ui/field";
import { onKills, rollouts, ruleEnforcements, scopeTypes, severities } from "@/db/vocabulary";
import type { Policy } from "@/server/policies/wire";

type ActsProps = RuleFieldsProps & { keptScopes: Policy["scopes"] | undefined };

/** What happens, to whom, and whether already. */
export function RuleActsFields(props: ActsProps) {
  const { draft, choose, errors } = props;
  return (
    <Fieldset legend="What happens then">
      <ChoiceField
        name="enforcement"
        label="The run"
        columns={2}
        value={draft.enforcement}
        onValueChange={(value) => choose("enforcement", ruleEnforcements.find((one) => one === value) ?? "stop")}
        options={optionsOf(ruleEnforcementWords)}
        error={errors("enforcement")}
      />
      {draft.enforcement === "kill" ? (
        <SelectField
          name="on_kill"
          label="And freeze"
          value={draft.on_kill}
          onChange={(event) => choose("on_kill", onKills.find((one) => one === event.target.value) ?? "none")}
          options={optionsOf(onKillWords)}
          error={errors("on_kill")}
        />
      ) : null}
      <div className="grid gap-4 sm:grid-cols-2">
        <div className="grid content-start gap-4">
          <Scope {...props} />
        </div>
        <StandingFields {...props} />
      </div>
    </Fieldset>
  );
}

function StandingFields({ draft, choose, errors }: ActsProps) {
  return (
    <div className="grid content-start gap-4">
      <SelectField
        name="severity"
        label="Severity"
        value={draft.severity}
        onChange={(event) => choose("severity", severities.find((one) => one === event.target.value) ?? "")}
        options={[{ value: "", label: "By the violation", hint: derivedHint }, ...optionsOf(severityWords)]}
        error={errors("severity")}
      />
      <SelectField
        name="rollout"
        label="Rollout"
        value={draft.rollout}
        onChange={(event) => choose("rollout", rollouts.find((one) => one === event.target.value) ?? "active")}
        options={optionsOf(rolloutWords)}
        error={errors("rollout")}
      />
    </div>
  );
}

const derivedHint = "From how far beyond the limit it was, and what was done.";

function Scope({ draft, choose, errors, keptScopes }: ActsProps) {
  if (keptScopes !== undefined) {
    return (
      <div>
        <p className="mb-1 font-medium text-xs">Holds for</p>
        <p>{scopesText(keptScopes)}</p>
        <p className="mt-1 text-muted text-xs">Several scopes are changed by “Scopes” on the rule's page.</p>
        <input type="hidden" name="scope.type" value={draft.scope_type} />
        <input type="hidden" name="scope.ids" value={draft.scope_ids} />
      </div>
    );
  }
  return (
    <ScopeFields
      whole="all_runs"
      type={draft.scope_type}
      ids={draft.scope_ids}
      options={optionsOf(scopeTypeWords)}
      hint="One a line, as the runner sends it."
      onType={(type) => choose("scope_type", scopeTypes.find((one) => one === type) ?? "all_runs")}
      onIds={(ids) => choose("scope_ids", ids)}
      errors={errors}
    />
  );
}
