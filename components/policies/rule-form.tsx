"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { ActionForm } from "@/components/data/action-form";
import { EffectPreview, FormWithPreview } from "@/components/policies/effect-preview";
import { ruleReads } from "@/components/policies/reads";
import { RuleActsFields } from "@/components/policies/rule-acts-fields";
import { draftWords, type RuleDraft, withChoice } from "@/components/policies/rule-draft";
import { RuleExactFields } from "@/components/policies/rule-exact-fields";
import { ruleHref } from "@/components/policies/rule-href";
import { ruleNotes, ruleSentence } from "@/components/policies/rule-sentence";
import { RuleTestFields } from "@/components/policies/rule-test-fields";
import { usePolicyActions } from "@/components/policies/server-actions";
import { staleRule } from "@/components/policies/stale";
import { ButtonLink } from "@/components/ui/button";
import { Callout } from "@/components/ui/callout";
import { TextAreaField, TextField } from "@/components/ui/field";
import { Link } from "@/components/ui/link";
import { useToast } from "@/components/ui/toast";
import type { Policy } from "@/server/policies/wire";

export interface RuleFieldsProps {
  draft: RuleDraft;
  choose: <K extends keyof RuleDraft>(field: K, value: RuleDraft[K]) => void;
  errors: (name: string) => string | undefined;
}

interface RuleFormProps {
  initial: RuleDraft;
  /** The rule that is edited; null for a new one. */
  base: Policy | null;
}

/** One form for every type of rule: what is asked for follows from what was chosen. */
export function RuleForm({ initial, base }: RuleFormProps) {
  const { createRule, replaceRule } = usePolicyActions();
  const [draft, setDraft] = useState(initial);
  const done = useSaved(base);
  const kept = base !== null && base.scopes.length > 1 ? base.scopes : undefined;
  return (
    <ActionForm
      action={base === null ? createRule : replaceRule}
      refreshes={ruleReads}
      onDone={done}
      result={(rule) => <Saved rule={rule} />}
      submit={base === null ? "Create the rule" : `Save as version ${base.version + 1}`}
      cancel={
        <ButtonLink variant="quiet" href={base === null ? "/policies/active" : ruleHref(base.policy_id)}>
          Cancel
        </ButtonLink>
      }
      hidden={hiddenFields(draft, base, kept)}
      {...(base === null ? {} : { refused: staleRule(base) })}
    >
      {(errors) => (
        <RuleFields
          draft={draft}
          choose={(field, value) => setDraft(withChoice(draft, field, value))}
          errors={errors}
          keptScopes={kept}
        />
      )}
    </ActionForm>
  );
}

function RuleFields(props: RuleFieldsProps & { keptScopes: Policy["scopes"] | undefined }) {
  const words = draftWords(props.draft, props.keptScopes);
  return (
    <FormWithPreview
      preview={
        <EffectPreview sentence={ruleSentence(words)} notes={ruleNotes(words)}>
          <p className="mt-1 text-muted">
            It holds for runs that start after you save; runs under way keep what they have.
          </p>
        </EffectPreview>
      }
    >
      <NameFields {...props} />
      <RuleTestFields {...props} />
      <RuleActsFields {...props} />
      <RuleExactFields {...props} />
    </FormWithPreview>
  );
}

function NameFields({ draft, choose, errors }: RuleFieldsProps) {
  return (
    <div className="grid gap-4">
      <TextField
        name="name"
        label="Name"
        hint="Incidents and stopped runs show it. No two rules in use have the same."
        required
        maxLength={256}
        value={draft.name}
        onChange={(event) => choose("name", event.target.value)}
        error={errors("name")}
        autoFocus={draft.name === ""}
      />
      <TextAreaField
        name="description"
        label="Description"
        hint="Why it exists, for whoever is woken up by it."
        isOptional
        maxLength={4_096}
        rows={2}
        value={draft.description}
        onChange={(event) => choose("description", event.target.value)}
        error={errors("description")}
      />
    </div>
  );
}

function hiddenFields(
  draft: RuleDraft,
  base: Policy | null,
  kept: Policy["scopes"] | undefined,
): Record<string, string> {
  return {
    rule_type: draft.rule_type,
    ...(base === null ? {} : { policy_id: base.policy_id, version: String(base.version) }),
    ...(kept === undefined ? {} : { kept_scopes: JSON.stringify(kept) }),
  };
}

function useSaved(base: Policy | null): (rule: Policy) => void {
  const router = useRouter();
  const toast = useToast();
  return (rule) => {
    toast({ title: base === null ? `“${rule.name}” is made` : `Saved as version ${rule.version}`, tone: "allow" });
    router.push(ruleHref(rule.policy_id));
  };
}

/** Where the page has no JavaScript, or until the rule's page is there. */
function Saved({ rule }: { rule: Policy }) {
  return (
    <Callout tone="allow" title={`“${rule.name}” is saved`}>
      <Link href={ruleHref(rule.policy_id)} className="underline">
        Open the rule
      </Link>
    </Callout>
  );
}
