import { type Checked, scalarExtent } from "@/server/policy-language/check/checked";
import { build, type Context, complain } from "@/server/policy-language/check/context";
import { maxText } from "@/server/policy-language/check/cost";
import {
  type EnvironmentField,
  environmentGroups,
  findField,
  namesIn,
  tooLong,
} from "@/server/policy-language/check/environment";
import { boolType, stringType, typeName } from "@/server/policy-language/check/value-type";
import type { Span } from "@/server/policy-language/diagnostics/diagnostic";
import { didYouMean } from "@/server/policy-language/diagnostics/suggestion";
import type { Step } from "@/server/policy-language/plan/frame";
import { constantStep } from "@/server/policy-language/plan/steps";
import type { Syntax } from "@/server/policy-language/syntax/tree";
import { Failure } from "@/server/policy-language/values/failure";
import { isMap, Tags, unexpected } from "@/server/policy-language/values/value";

export function checkName(cx: Context, node: Extract<Syntax, { kind: "name" }>): Checked {
  const { span, name } = node;
  const local = cx.locals.get(name);
  if (local) {
    const { slot } = local;
    const step: Step = (frame) => frame.locals[slot] ?? new Failure("internal", "A macro's variable has no value.");
    return { type: local.type, span, cost: 1, extent: local.extent, step };
  }
  const field = findField(name);
  if (field) return readField(cx, field, span);
  if (environmentGroups.some((group) => group === name)) return groupOf(name, span);
  const hint = didYouMean(name, [...namesIn(), ...cx.locals.keys()]) ?? ownerHint(name);
  return complain(cx, { code: "unknown_variable", span, message: `There is no variable \`${name}\`.`, hint });
}

// `tokens > 5` and `env == "prod"` are the usual first attempts.
function ownerHint(name: string): string | undefined {
  const owner = environmentGroups.find((group) => namesIn(group).includes(name));
  return owner
    ? `Did you mean \`${owner}.${name}\`?`
    : `Fields start with ${namesIn()
        .map((n) => `\`${n}\``)
        .join(", ")}.`;
}

function groupOf(path: string, span: Span): Checked {
  const step = constantStep(new Failure("internal", "A group of fields is no value."));
  return { type: { kind: "group", path }, span, cost: 0, extent: scalarExtent, step };
}

function readField(cx: Context, field: EnvironmentField, span: Span): Checked {
  cx.fields.add(field.path);
  return { type: field.type, span, cost: 1, extent: field.extent, step: field.step };
}

/** `tags` in front of a key: the condition then reads that tag, not all of them. Null for anything else. */
export function checkTagsName(cx: Context, node: Syntax): Checked | null {
  if (node.kind !== "name" || node.name !== "tags" || cx.locals.has("tags")) return null;
  const field = findField("tags");
  return field ? { type: field.type, span: node.span, cost: 1, extent: field.extent, step: field.step } : null;
}

export function checkSelect(cx: Context, node: Extract<Syntax, { kind: "select" }>, operand: Checked): Checked {
  const { span, field } = node;
  if (operand.type.kind === "group") return selectFromGroup(cx, operand.type.path, node);
  if (operand.type.kind === "tags") return readTag(cx, field, span);
  if (operand.type.kind === "map" && operand.type.key.kind === "string") {
    const { of } = operand.type;
    return build(cx, {
      type: of,
      span,
      step: keyStep(operand.step, field),
      parts: [operand],
      extent: operand.extent.of ?? scalarExtent,
    });
  }
  if (operand.type.kind === "broken") return { ...operand, span };
  const message = `${typeName(operand.type)} has no fields, so no \`${field}\`.`;
  return complain(cx, { code: "unknown_field", span, message });
}

function selectFromGroup(cx: Context, group: string, node: Extract<Syntax, { kind: "select" }>): Checked {
  const { span, field: name } = node;
  const field = findField(`${group}.${name}`);
  if (field) return readField(cx, field, span);
  const known = namesIn(group);
  const hint = didYouMean(name, known, `${group}.`) ?? `\`${group}\` has ${known.join(", ")}.`;
  return complain(cx, { code: "unknown_field", span, message: `\`${group}\` has no field \`${name}\`.`, hint });
}

/** `tags.env` and `tags["env"]`: the only place where an absent key reads as "". */
export function readTag(cx: Context, key: string, span: Span): Checked {
  cx.fields.add(`tags.${key}`);
  const step: Step = (frame) => {
    const { tags: record } = frame.input;
    if (!Object.hasOwn(record, key)) return "";
    return tagText(key, record[key] ?? "");
  };
  return { type: stringType, span, cost: 2, extent: { length: maxText }, step };
}

function tagText(key: string, value: unknown): string | Failure {
  if (typeof value !== "string") return new Failure("input_invalid", `The tag ${key} is not a string.`);
  return value.length <= maxText ? value : tooLong(`tags.${key}`, maxText);
}

/** A tag whose key is known at evaluation only. */
export function tagStep(tags: Step, key: Step): Step {
  return (frame) => {
    const all = tags(frame);
    const name = key(frame);
    return all instanceof Tags && typeof name === "string" ? tagText(name, all.read(name)) : unexpected(all, name);
  };
}

function keyStep(map: Step, key: string): Step {
  return (frame) => {
    const value = map(frame);
    if (!isMap(value)) return unexpected(value);
    return value.get(key) ?? new Failure("no_such_key", `The map has no key "${key}".`);
  };
}

export function checkHas(cx: Context, node: Extract<Syntax, { kind: "has" }>, operand: Checked): Checked {
  const { span, field } = node;
  if (operand.type.kind === "tags") {
    cx.fields.add(`tags.${field}`);
    return {
      type: boolType,
      span,
      cost: 2,
      extent: scalarExtent,
      step: (frame) => Object.hasOwn(frame.input.tags, field),
    };
  }
  if (operand.type.kind === "map" && operand.type.key.kind === "string") {
    const { step: map } = operand;
    const step: Step = (frame) => {
      const value = map(frame);
      return isMap(value) ? value.has(field) : unexpected(value);
    };
    return build(cx, { type: boolType, span, step, parts: [operand] });
  }
  if (operand.type.kind === "broken") return { ...operand, span, type: boolType };
  const message = "`has` asks for a tag, or for a key of a map.";
  const hint =
    operand.type.kind === "group"
      ? `Every field of \`${operand.type.path}\` is there; an absent string reads as \`""\`.`
      : undefined;
  return complain(cx, { code: "unsupported", span, message, hint });
}
