import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, it } from "vitest";
import {
  clientAddress,
  clientAddressHeader,
  clientSchemeHeader,
  schemeOf,
  stampClient,
} from "@/server/platform/http/client-address";

const socket = Object.defineProperty(new Socket(), "remoteAddress", { value: "10.0.0.9" });
const request = (forwarded?: string) => ({
  socket,
  headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded },
});

it.each([
  ["no proxy is trusted", "1.1.1.1", 0, "10.0.0.9"],
  ["one proxy, one entry", "1.1.1.1", 1, "1.1.1.1"],
  ["one proxy, and the client made up an entry", "6.6.6.6, 1.1.1.1", 1, "1.1.1.1"],
  ["two proxies", "6.6.6.6, 1.1.1.1, 10.0.0.2", 2, "1.1.1.1"],
  ["more proxies trusted than there are entries", "1.1.1.1", 3, "1.1.1.1"],
  ["a proxy that sends nothing", undefined, 1, "10.0.0.9"],
])("%s", (_case, forwarded, proxies, expected) => {
  expect(clientAddress(request(forwarded), proxies)).toBe(expected);
});

it.each([
  ["no proxy is trusted, whatever a client says", "https", 0, null],
  ["one proxy with TLS", "https", 1, "https"],
  ["one proxy without TLS", "http", 1, "http"],
  ["one proxy that appends, and the client made up an entry", "https, http", 1, "http"],
  ["two proxies, one entry", "HTTPS", 2, "https"],
  ["a proxy that sends nothing", undefined, 1, null],
  ["a scheme that is none", "wss", 1, null],
])("the scheme of %s", (_case, forwarded, proxies, expected) => {
  const headers = forwarded === undefined ? {} : { "x-forwarded-proto": forwarded };
  expect(schemeOf({ headers }, proxies)).toBe(expected);
});

it("leaves nothing of what a client wrote into the front door's own headers", () => {
  const message = new IncomingMessage(socket);
  message.headers = { [clientAddressHeader]: "6.6.6.6", [clientSchemeHeader]: "https", accept: "*/*" };
  message.rawHeaders = ["X-Holdpoint-Client-Address", "6.6.6.6", "Accept", "*/*", "X-Holdpoint-Client-Scheme", "https"];
  stampClient(message, 0);
  expect(message.headers).toEqual({ [clientAddressHeader]: "10.0.0.9", accept: "*/*" });
  expect(message.rawHeaders).toEqual(["Accept", "*/*", clientAddressHeader, "10.0.0.9"]);
});

it("passes on what a trusted proxy says of the scheme", () => {
  const message = new IncomingMessage(socket);
  message.headers = { "x-forwarded-proto": "https" };
  stampClient(message, 1);
  expect(message.headers[clientSchemeHeader]).toBe("https");
});
