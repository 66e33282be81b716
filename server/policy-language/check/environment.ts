import { type Extent, scalarExtent } from "@/server/policy-language/check/checked";
import { assumedTags, maxName, maxText } from "@/server/policy-language/check/cost";
import {
  boolType,
  doubleType,
  intType,
  stringType,
  type Type,
  tagsType,
  timestampType,
} from "@/server/policy-language/check/value-type";
import type { Step } from "@/server/policy-language/plan/frame";
import type { ConditionInput } from "@/server/policy-language/plan/input";
import { Failure } from "@/server/policy-language/values/failure";
import { timestampOfDate } from "@/server/policy-language/values/time";
import { Tags } from "@/server/policy-language/values/value";

/** One name that conditions may read (admin-api.md, "condition"). */
export interface EnvironmentField {
  readonly path: string;
  readonly type: Type;
  readonly extent: Extent;
  readonly step: Step;
  readonly meaning: string;
}

type Read<T> = (input: ConditionInput) => T | null | undefined;

function int(path: string, meaning: string, read: Read<number>): EnvironmentField {
  const step: Step = (frame) => {
    const value = read(frame.input);
    if (Number.isSafeInteger(value) && value !== null && value !== undefined) return value + 0;
    return notGiven(path, value);
  };
  return { path, type: intType, extent: scalarExtent, step, meaning };
}

function double(path: string, meaning: string, read: Read<number>): EnvironmentField {
  const step: Step = (frame) => {
    const value = read(frame.input);
    // NaN would make every comparison false, and a limit would never hold.
    if (Number.isFinite(value) && value !== null && value !== undefined) return value;
    return notGiven(path, value);
  };
  return { path, type: doubleType, extent: scalarExtent, step, meaning };
}

function name(path: string, meaning: string, read: Read<string>): EnvironmentField {
  return text(path, meaning, { read, maxLength: maxName });
}

interface TextSource {
  readonly read: Read<string>;
  readonly maxLength: number;
}

function text(path: string, meaning: string, { read, maxLength }: TextSource): EnvironmentField {
  const isOfStep = path.startsWith("step.");
  const step: Step = (frame) => {
    const value = read(frame.input);
    if (typeof value === "string") return value.length <= maxLength ? value : tooLong(path, maxLength);
    if (isOfStep && !frame.input.step) return notGiven(path, undefined);
    return value === null || value === undefined ? "" : notGiven(path, value);
  };
  return { path, type: stringType, extent: { length: maxLength }, step, meaning };
}

function notGiven(path: string, value: unknown): Failure {
  if (value === undefined || value === null)
    return new Failure("field_unavailable", `${path} has no value at this moment.`);
  return new Failure("input_invalid", `${path} was given a value of another type.`);
}

export function tooLong(path: string, maxLength: number): Failure {
  return new Failure("input_invalid", `${path} is longer than ${maxLength} characters.`);
}

const runFields = [
  int("run.tokens", "tokens of the run so far", (i) => i.run.tokens),
  int("run.input_tokens", "input tokens of the run so far", (i) => i.run.input_tokens),
  int("run.output_tokens", "output tokens of the run so far", (i) => i.run.output_tokens),
  int("run.steps", "steps of the run so far", (i) => i.run.steps),
  int("run.duration_ms", "milliseconds since the start, pauses excluded", (i) => i.run.duration_ms),
  int("run.repeats", "how often in a row the same skill ran with the same input", (i) => i.run.repeats),
  double("run.cost_cents", "cost of the run so far", (i) => i.run.cost_cents),
  double("run.burn_rate_cents_per_minute", "cost over the last 60 s", (i) => i.run.burn_rate_cents_per_minute),
  double("run.steps_per_minute", "steps over the last 60 s", (i) => i.run.steps_per_minute),
  name("run.id", "the run's id", (i) => i.run.id),
  text("run.goal", "what the run is for", { read: (i) => i.run.goal, maxLength: maxText }),
  name("run.project", "project", (i) => i.run.project),
  text("run.source", "what posted the run", { read: (i) => i.run.source, maxLength: maxText }),
  name("run.provider", "provider named at the start", (i) => i.run.provider),
  name("run.model", "model named at the start", (i) => i.run.model),
] as const;

const stepFields = [
  int("step.index", "the step's number, from 1", (i) => i.step?.index),
  int("step.tokens", "tokens of the step", (i) => i.step?.tokens),
  int("step.input_tokens", "input tokens of the step", (i) => i.step?.input_tokens),
  int("step.output_tokens", "output tokens of the step", (i) => i.step?.output_tokens),
  int("step.duration_ms", "milliseconds the step took", (i) => i.step?.duration_ms),
  int("step.retries", "retries of the step", (i) => i.step?.retries),
  double("step.cost_cents", "cost of the step", (i) => i.step?.cost_cents),
  name("step.type", "input, llm_call, tool_call, retrieval, output or other", (i) => i.step?.type),
  name("step.skill", "the skill or tool", (i) => i.step?.skill),
  name("step.model", "the step's model", (i) => i.step?.model),
  name("step.status", "success, failure, retry or skipped", (i) => i.step?.status),
  name("step.phase", "admission (numbers are the estimate) or result", (i) => i.step?.phase),
] as const;

const otherFields: readonly EnvironmentField[] = [
  name("agent.id", "the agent", (i) => i.agent.id),
  name("actor.type", "human, system, service or agent", (i) => i.actor.type),
  text("actor.id", "on whose behalf the run acts, as claimed", { read: (i) => i.actor.id, maxLength: maxText }),
  {
    path: "tags",
    type: tagsType,
    extent: { length: assumedTags, of: { length: maxName } },
    step: (frame) => {
      frame.tags ??= new Tags(frame.input.tags);
      return frame.tags;
    },
    meaning: "tags of the run; an absent tag reads as the empty string",
  },
  {
    path: "synthetic",
    type: boolType,
    extent: scalarExtent,
    step: (frame) => {
      const { synthetic } = frame.input;
      return typeof synthetic === "boolean" ? synthetic : notGiven("synthetic", synthetic);
    },
    meaning: "whether the run is a test run",
  },
  {
    path: "now",
    type: timestampType,
    extent: scalarExtent,
    step: (frame) => timestampOfDate(frame.input.now),
    meaning: "the decision's recorded time",
  },
];

/** Everything a condition may read; the editor's completions and the docs' table are made from it. */
export const environmentFields: readonly EnvironmentField[] = [...runFields, ...stepFields, ...otherFields];

export const environmentGroups = ["run", "step", "agent", "actor"] as const;

const fieldsByPath = new Map(environmentFields.map((field) => [field.path, field]));

export function findField(path: string): EnvironmentField | undefined {
  return fieldsByPath.get(path);
}

/** Names of a group's fields, or of the whole environment's first level. */
export function namesIn(group?: string): readonly string[] {
  if (group === undefined) return [...environmentGroups, "tags", "synthetic", "now"];
  return environmentFields.filter((f) => f.path.startsWith(`${group}.`)).map((f) => f.path.slice(group.length + 1));
}
