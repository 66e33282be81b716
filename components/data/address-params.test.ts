import { describe, expect, it } from "vitest";
import { asBoolean, asListOf, asOneOf, asText, changedSearch, readAddress, valuesIn } from "./address-params";

const params = {
  q: asText,
  lifted: asBoolean,
  status: asListOf(asOneOf(["open", "closed"])),
  tags: asListOf(asText),
  sort: asOneOf(["name", "-name"]).withDefault("name"),
};
const read = (search: string) => valuesIn(params, new URLSearchParams(search));

describe("parameters of an address", () => {
  it("are null or their default where they are absent or not understood", () => {
    const nothing = { q: null, lifted: null, status: null, tags: null, sort: "name" };
    expect(read("")).toEqual(nothing);
    expect(read("lifted=maybe&sort=age")).toEqual(nothing);
  });

  it("are read", () => {
    expect(read("q=a+b&lifted=false&status=open,lost,closed&tags=a%252Cb,c&sort=-name")).toEqual({
      q: "a b",
      lifted: false,
      status: ["open", "closed"],
      tags: ["a,b", "c"],
      sort: "-name",
    });
  });

  it("are read by a page, the first where there are several", async () => {
    const given = Promise.resolve({ q: ["one", "two"], lifted: "true", other: undefined });
    expect(await readAddress(params, given)).toMatchObject({ q: "one", lifted: true, status: null });
  });

  it("come back as they were written", () => {
    const values = {
      q: "a,b&c=d",
      lifted: true,
      status: ["open" as const],
      tags: ["x,y", "z"],
      sort: "-name" as const,
    };
    expect(read(changedSearch("", params, values))).toEqual(values);
  });
});

describe("a change of an address", () => {
  it("leaves alone what it does not name", () => {
    expect(changedSearch("range=24h&q=x&lifted=true", params, { q: "y" })).toBe("range=24h&q=y&lifted=true");
    expect(changedSearch("q=x", params, {})).toBe("q=x");
  });

  it("takes out what is null and what is the default", () => {
    expect(changedSearch("q=x&sort=-name&range=7d", params, { q: null, sort: "name" })).toBe("range=7d");
  });

  it("stays readable", () => {
    expect(changedSearch("", params, { status: ["open", "closed"], q: "12:30" })).toBe("status=open,closed&q=12:30");
  });
});
