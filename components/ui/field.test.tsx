import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { CheckboxField, ChoiceField, NumberField, SelectField, TextAreaField, TextField } from "@/components/ui/field";
import { Identifier } from "@/components/ui/identifier";
import { Mark } from "@/components/ui/mark";
import { ErrorState } from "@/components/ui/states";
import { ProblemError } from "@/server/platform/http/problem";

const texts = { name: "amount", label: "Amount", hint: "In cents", error: "Too high" };
const options = [
  { value: "a", label: "First" },
  { value: "b", label: "Second", hint: "The other one" },
];

/** The ids that a control names, and those that are there. */
function wiring(html: string) {
  const named = /aria-describedby="([^"]+)"/.exec(html)?.[1]?.split(" ") ?? [];
  const present = [...html.matchAll(/ id="([^"]+)"/g)].map((found) => found[1] ?? "");
  const labelled = /for="([^"]+)"/.exec(html)?.[1];
  return { named, present, labelled };
}

describe("a field", () => {
  it.each([
    ["text", <TextField key="1" {...texts} unit="cents" />],
    ["number", <NumberField key="2" {...texts} />],
    ["area", <TextAreaField key="3" {...texts} />],
    ["select", <SelectField key="4" {...texts} options={options} />],
    ["checkbox", <CheckboxField key="5" {...texts} />],
  ])("of %s names its label, hint and error", (_kind, element) => {
    const { named, present, labelled } = wiring(renderToStaticMarkup(element));
    expect(named).toHaveLength(2);
    expect(present).toEqual(expect.arrayContaining([...named, labelled]));
  });

  it("is wrong only when it has an error", () => {
    expect(renderToStaticMarkup(<TextField {...texts} />)).toContain('aria-invalid="true"');
    expect(renderToStaticMarkup(<TextField {...texts} error={undefined} />)).not.toContain(`aria-invalid="`);
  });

  it("of choices is a group of radio buttons with a legend", () => {
    const html = renderToStaticMarkup(<ChoiceField {...texts} options={options} defaultValue="b" />);
    expect(html).toMatch(/<fieldset[^>]*aria-describedby/);
    expect(html).toContain("<legend");
    expect(html.match(/type="radio"/g)).toHaveLength(2);
    expect(html).toMatch(/value="b" checked=""|checked="" [^>]*value="b"/);
  });

  it("of a controlled select shows the hint of what is chosen", () => {
    expect(renderToStaticMarkup(<SelectField {...texts} options={options} value="b" onChange={() => {}} />)).toContain(
      "The other one",
    );
    expect(renderToStaticMarkup(<SelectField {...texts} options={options} value="a" onChange={() => {}} />)).toContain(
      "In cents",
    );
  });
});

it("an identifier is shortened in the middle and whole in its title", () => {
  const id = "01a203eb-4012-7075-86b2-b37e19f1625d";
  const html = renderToStaticMarkup(<Identifier value={id} label="Run id" />);
  expect(html).toContain(`title="${id}"`);
  expect(html).toContain("01a203eb…625d");
  expect(html).toContain('aria-label="Copy run id"');
});

it("a mark has a shape beside its colour, and what is allowed is quiet", () => {
  expect(renderToStaticMarkup(<Mark tone="deny">Stopped</Mark>)).toMatch(
    /<svg.*bg-tone-deny-soft|bg-tone-deny-soft.*<svg/,
  );
  expect(renderToStaticMarkup(<Mark tone="allow">Allowed</Mark>)).not.toContain("-soft");
});

it("a failure says what it is and what to quote, and a missing permission says who can help", () => {
  const failed = new ProblemError(500, { title: "Something failed on our side", detail: "It.", request_id: "req-1" });
  expect(renderToStaticMarkup(<ErrorState error={failed} />)).toMatch(/Something failed.*req-1/);
  const forbidden = new ProblemError(403, { type: "https://x/problems/forbidden", permission: "policies:read" });
  expect(renderToStaticMarkup(<ErrorState error={forbidden} />)).toMatch(/policies:read.*owner or admin/);
});
