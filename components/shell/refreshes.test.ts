import { expect, it } from "vitest";
import { registry } from "@/server/endpoints";
import { isStaleBy, refreshedDomains } from "./refreshes";

it("names domains that exist", () => {
  const domains = new Set(registry.all.map(({ endpoint }) => endpoint.id.split(".")[0]));
  expect(refreshedDomains.filter((domain) => !domains.has(domain))).toEqual([]);
});

it("reads lists of incidents anew when an incident changes, and policies not", () => {
  expect(isStaleBy("incident.created", "incidents.list_active")).toBe(true);
  expect(isStaleBy("incident.created", "policies.list")).toBe(false);
});
