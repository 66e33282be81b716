import { scopeTypeWords, type Words } from "@/components/policies/policy-words";

/** "All runs", "Chosen agents: a, b". */
export function scopesText(scopes: unknown): string {
  if (!Array.isArray(scopes) || scopes.length === 0) return "nobody";
  return scopes.map(scopeText).join("; ");
}

function scopeText(scope: unknown): string {
  if (typeof scope !== "object" || scope === null || !("type" in scope)) return JSON.stringify(scope);
  const label = Object.entries<Words>(scopeTypeWords).find(([type]) => type === scope.type)?.[1].label;
  const ids = "ids" in scope && Array.isArray(scope.ids) ? scope.ids : [];
  return ids.length === 0 ? (label ?? String(scope.type)) : `${label}: ${ids.join(", ")}`;
}
