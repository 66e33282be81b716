/** Something to begin from. */
export const conditionExamples: readonly { label: string; condition: string }[] = [
  { label: "One tool", condition: 'step.type == "tool_call" && step.skill == "send-payment"' },
  { label: "Costly outside of production", condition: 'run.cost_cents > 50 && tags.env != "prod"' },
  { label: "A loop", condition: "run.repeats >= 5 || run.steps_per_minute > 60" },
  { label: "A model", condition: 'step.type == "llm_call" && !step.model.startsWith("claude-")' },
  { label: "At night", condition: 'now.getHours("Europe/Berlin") >= 22 && step.type == "tool_call"' },
];
