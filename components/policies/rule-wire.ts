// From the fields of a form to those of the contract. It runs where the form is received, so that a form works before the
// page has any JavaScript; what does not go with the choices made is left out, as the contract wants it.

import { z } from "zod";
import { toWireAmount } from "@/components/policies/amount-units";
import { idsIn } from "@/components/policies/scope-text";
import { limitTypes, metrics, scopeTypes } from "@/db/vocabulary";
import { RuleScope } from "@/server/policies/wire";

/** Of the form of a rule. */
export function ruleWire(form: FormData): FormData {
  const wire = copyOf(form);
  const isCondition = form.get("basis") === "condition";
  wire.delete("basis");
  wire.delete("kept_scopes");
  for (const name of isCondition ? ["metric", "threshold"] : ["condition"]) wire.delete(name);
  if (form.get("enforcement") !== "kill") wire.delete("on_kill");
  const metric = metrics.find((one) => one === form.get("metric"));
  if (!isCondition && metric !== undefined) replace(wire, "threshold", (typed) => toWireAmount(typed, metric));
  splitIds(wire, "scope", "all_runs");
  return wire;
}

/** Of the form of a limit. */
export function limitWire(form: FormData): FormData {
  const wire = copyOf(form);
  const category = form.get("limit_category");
  const type = limitTypes.find((one) => one === form.get("limit_type"));
  if (category !== "BUDGET") wire.delete("reset_period");
  if (category !== "RATE") wire.delete("window_seconds");
  if (category !== "THRESHOLD" || type === "CONCURRENT_RUNS") wire.delete("per");
  if (type !== undefined) replace(wire, "max_value", (typed) => toWireAmount(typed, type));
  splitIds(wire, "scope", "tenant");
  return wire;
}

/** Of the form of a rule's scopes: a list of ids for each type, or all runs. */
export function scopesWire(form: FormData): FormData {
  const wire = copyOf(form);
  const isForAll = form.get("reach") === "all_runs";
  wire.delete("reach");
  let at = 0;
  for (const type of scopeTypes) {
    const ids = idsIn(String(form.get(`ids.${type}`) ?? ""));
    wire.delete(`ids.${type}`);
    const isMeant = type === "all_runs" ? isForAll : !isForAll && ids.length > 0;
    if (!isMeant) continue;
    wire.set(`scopes.${at}.type`, type);
    for (const id of ids) wire.append(`scopes.${at}.ids`, id);
    at += 1;
  }
  return wire;
}

/** For a rule that had several scopes: what puts them back after the rule was saved with the first. null: it had not. */
export function scopesForm(form: FormData, saved: { policy_id: string; version: number }): FormData | null {
  const kept = form.get("kept_scopes");
  const scopes = typeof kept === "string" ? z.array(RuleScope).safeParse(parsed(kept)) : null;
  if (!scopes?.success) return null;
  const wire = new FormData();
  wire.set("policy_id", saved.policy_id);
  wire.set("version", String(saved.version));
  scopes.data.forEach(({ type, ids }, at) => {
    wire.set(`scopes.${at}.type`, type);
    for (const id of ids) wire.append(`scopes.${at}.ids`, id);
  });
  return wire;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function splitIds(wire: FormData, scope: string, whole: string): void {
  const name = `${scope}.ids`;
  const typed = wire.get(name);
  if (typeof typed !== "string") return;
  wire.delete(name);
  if (wire.get(`${scope}.type`) === whole) return;
  for (const id of idsIn(typed)) wire.append(name, id);
}

function replace(wire: FormData, name: string, change: (typed: string) => string): void {
  const typed = wire.get(name);
  if (typeof typed === "string") wire.set(name, change(typed));
}

function copyOf(form: FormData): FormData {
  const copy = new FormData();
  for (const [name, value] of form) copy.append(name, value);
  return copy;
}
