import { describe, expect, it } from "vitest";
import { formatFilter, mergedFilters, parseFilter } from "./filter-grammar";
import { completed, suggestionsFor } from "./filter-suggestions";
import { type FilterDef, withoutValue } from "./filter-value";

const filters: FilterDef[] = [
  {
    key: "severity",
    label: "Severity",
    options: [
      { value: "high", label: "High" },
      { value: "critical", label: "Critical" },
    ],
  },
  { key: "agent", label: "Agent", free: true, negatable: true },
  { key: "model", label: "Model", free: true, single: true },
  { key: "q", label: "Text", free: true },
];

describe("the text of a filter", () => {
  it("has lists, exclusions, quotes and words", () => {
    const text = 'severity:(HIGH OR critical) -agent:ci-bot model:"gpt 5" "two words" more';
    expect(parseFilter(text, filters)).toEqual({
      value: { severity: ["high", "critical"], "-agent": ["ci-bot"], model: ["gpt 5"], q: ["two words more"] },
      problems: [],
    });
  });

  it("is written the way it is read", () => {
    expect(formatFilter({ severity: ["high", "critical"], "-agent": ["ci bot"], q: ["lost OR found"] })).toBe(
      'severity:(high OR critical) -agent:"ci bot" lost "OR" found',
    );
  });

  it("says what it does not understand, and takes nothing of that", () => {
    expect(parseFilter("severity:odd colour:red -model:x agent:", filters)).toEqual({
      value: {},
      problems: [
        "“Severity” cannot be “odd”.",
        "There is no filter “colour”.",
        "“Model” cannot be left out.",
        "“Agent” needs a value.",
      ],
    });
    const withoutWords = filters.filter(({ key }) => key !== "q");
    expect(parseFilter("lost", withoutWords).problems).toEqual(["Write a filter as name:value."]);
  });

  it("keeps a colon that belongs to a value", () => {
    expect(parseFilter('agent:team:mail "agent:x"', filters).value).toEqual({ agent: ["team:mail"], q: ["agent:x"] });
  });
});

describe("a filter", () => {
  it("takes more values for a key, and one for a key that takes one", () => {
    const merged = mergedFilters({ agent: ["a"], model: ["m"] }, { agent: ["b", "a"], model: ["n"] }, filters);
    expect(merged).toEqual({ agent: ["a", "b"], model: ["n"] });
  });

  it("loses one value", () => {
    expect(withoutValue({ agent: ["a", "b"] }, "agent", "a")).toEqual({ agent: ["b"] });
    expect(withoutValue({ agent: ["a"] }, "agent", "a")).toEqual({});
  });
});

describe("suggestions", () => {
  const labels = (draft: string, value = {}) => suggestionsFor(draft, filters, value).map(({ label }) => label);

  it("are names, then options that are not chosen", () => {
    expect(labels("")).toEqual(["severity:", "agent:", "model:"]);
    expect(labels("x se")).toEqual(["severity:"]);
    expect(labels("-")).toEqual(["-agent:"]);
    expect(labels("severity:", { severity: ["high"] })).toEqual(["Critical"]);
    expect(labels("agent:x")).toEqual([]);
  });

  it("take the place of the word they complete", () => {
    const [offer] = suggestionsFor("lost severity:cri", filters, {});
    expect(offer && completed("lost severity:cri", offer)).toBe("lost severity:critical");
  });
});
