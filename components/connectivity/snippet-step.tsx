"use client";

import { useState } from "react";
import { CodeBlock } from "@/components/data/code-block";
import { classes } from "@/components/ui/classes";
import { TextField } from "@/components/ui/field";
import { environment, type Language, languages, snippetOf } from "./snippets";

interface SnippetStepProps {
  address: string;
  /** Of a key that was just made; otherwise its place stays open. */
  secret: string | null;
  agent: string;
  language: Language;
  onAgent: (agent: string) => void;
  onLanguage: (language: Language) => void;
}

/** A whole program in three languages: start a run, ask before a step, say what it took, end the run. */
export function SnippetStep({ address, secret, agent, language, onAgent, onLanguage }: SnippetStepProps) {
  const snippet = snippetOf(language, agent);
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
        <AgentField key={agent} agent={agent} onAgent={onAgent} />
        <Languages chosen={language} onChoose={onLanguage} />
      </div>
      <CodeBlock label="Where, and who you are" code={environment(address, secret)} language="shell" />
      {secret === null ? (
        <p className="text-muted">Put your key in the place of hp_live_…; only its hash is known here.</p>
      ) : null}
      <CodeBlock label={snippet.file} code={snippet.code} language={snippet.label} />
      <CodeBlock label="Run it" code={snippet.run} language="shell" />
    </div>
  );
}

function AgentField({ agent, onAgent }: { agent: string; onAgent: (agent: string) => void }) {
  const [draft, setDraft] = useState(agent);
  const take = () => (draft.trim() === "" ? setDraft(agent) : onAgent(draft.trim()));
  return (
    <form
      className="min-w-0 basis-56"
      onSubmit={(event) => {
        event.preventDefault();
        take();
      }}
    >
      <TextField
        name="agent"
        label="Agent"
        value={draft}
        maxLength={128}
        mono
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={take}
      />
    </form>
  );
}

function Languages({ chosen, onChoose }: { chosen: Language; onChoose: (language: Language) => void }) {
  return (
    <div role="tablist" aria-label="Language" className="flex gap-4 border-b">
      {languages.map((language) => (
        <button
          key={language}
          type="button"
          role="tab"
          aria-selected={language === chosen}
          onClick={() => onChoose(language)}
          className={classes(
            "-mb-px h-8 border-b-2 px-0.5",
            language === chosen ? "border-accent font-medium" : "border-transparent text-muted hover:text-ink",
          )}
        >
          {snippetOf(language, "").label}
        </button>
      ))}
    </div>
  );
}
