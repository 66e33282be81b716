"use client";

import { useQuery } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { useAddress } from "@/components/data/address";
import { QueryView } from "@/components/data/query-view";
import { CheckAnswer } from "@/components/policies/check-answer";
import { type CheckQuestion, checkBody } from "@/components/policies/check-question";
import { checkParams } from "@/components/policies/search-params";
import { DetailPage } from "@/components/shell/detail-page";
import { Button } from "@/components/ui/button";
import { SelectField, TextAreaField, TextField } from "@/components/ui/field";
import { Skeleton } from "@/components/ui/skeleton";
import { EmptyState } from "@/components/ui/states";
import type { actorTypes } from "@/db/vocabulary";
import { checkRun } from "@/server/gate/contract";
import type { StartRunBody } from "@/server/gate/wire";
import { api } from "@/server/platform/http/client";

/** What would hold for a run, without starting one. */
export function CheckView() {
  const [question, setQuestion] = useAddress(checkParams, { entry: "push" });
  const body = checkBody(question);
  return (
    <DetailPage
      crumbs={[{ label: "Policies" }, { href: "/policies/active", label: "Active" }, { label: "What would apply?" }]}
      title="What would apply?"
    >
      <div className="grid gap-x-12 gap-y-6 p-4 lg:grid-cols-[20rem_minmax(0,1fr)]">
        <QuestionForm question={question} onAsk={(asked) => setQuestion(asked)} />
        <div aria-live="polite" className="min-w-0">
          {body === null ? (
            <EmptyState title="Which agent?">
              Name an agent to see which rules and limits would hold for its next run, which of them win, and why.
            </EmptyState>
          ) : (
            <Answer body={body} />
          )}
        </div>
      </div>
    </DetailPage>
  );
}

function Answer({ body }: { body: StartRunBody }) {
  const answer = useQuery(api.query(checkRun, { body }));
  return (
    <QueryView query={answer} skeleton={<Skeleton className="h-64 w-full" />}>
      {(found) => <CheckAnswer answer={found} agent={body.agent_id} />}
    </QueryView>
  );
}

interface QuestionFormProps {
  question: CheckQuestion;
  onAsk: (question: CheckQuestion) => void;
}

const actorOptions = [
  { value: "", label: "Nobody in particular" },
  { value: "human", label: "A person" },
  { value: "system", label: "A system" },
  { value: "service", label: "A service" },
  { value: "agent", label: "Another agent" },
] as const satisfies readonly { value: (typeof actorTypes)[number] | ""; label: string }[];

/** A GET form: the question is the address, so it can be shared. */
function QuestionForm({ question, onAsk }: QuestionFormProps) {
  function ask(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const field = (name: string) => String(form.get(name) ?? "") || null;
    onAsk({
      agent_id: field("agent_id"),
      actor_type: field("actor_type"),
      actor_id: field("actor_id"),
      project: field("project"),
      provider: field("provider"),
      model: field("model"),
      goal: field("goal"),
      tags: field("tags"),
    });
  }
  const of: FieldOf = (name) => ({ name, defaultValue: question[name] ?? "" });
  return (
    <form method="get" onSubmit={ask} className="grid content-start gap-4">
      <p className="text-muted">Describe a run. Nothing is started, and nothing is recorded.</p>
      <TextField {...of("agent_id")} label="Agent" hint="As the runner names it." required mono maxLength={128} />
      <MoreFields question={question} of={of} />
      <div>
        <Button type="submit" variant="primary">
          See what would apply
        </Button>
      </div>
    </form>
  );
}

type FieldOf = (name: keyof CheckQuestion) => { name: string; defaultValue: string };

/** Open when the question has something of it. */
function MoreFields({ question, of }: { question: CheckQuestion; of: FieldOf }) {
  const isMore = Object.entries(question).some(([name, value]) => name !== "agent_id" && value !== null);
  return (
    <details open={isMore || undefined}>
      <summary className="w-fit rounded text-muted hover:text-ink">More about the run</summary>
      <div className="mt-3 grid gap-4">
        <SelectField {...of("actor_type")} label="On behalf of" options={actorOptions} />
        <TextField {...of("actor_id")} label="Their id" isOptional mono maxLength={128} />
        <TextField {...of("project")} label="Project" isOptional maxLength={128} />
        <TextField {...of("provider")} label="Provider" isOptional maxLength={128} />
        <TextField {...of("model")} label="Model" isOptional maxLength={128} />
        <TextField {...of("goal")} label="Goal" isOptional maxLength={2_048} />
        <TextAreaField {...of("tags")} label="Tags" hint="name=value, one a line." isOptional mono rows={2} />
      </div>
    </details>
  );
}
