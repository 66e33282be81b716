import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, it } from "vitest";
import { clientAddress, clientAddressHeader, stampClientAddress } from "@/server/platform/http/client-address";

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

it("leaves nothing of what a client wrote into the front door's own header", () => {
  const message = new IncomingMessage(socket);
  message.headers = { [clientAddressHeader]: "6.6.6.6", accept: "*/*" };
  message.rawHeaders = ["X-Holdpoint-Client-Address", "6.6.6.6", "Accept", "*/*"];
  stampClientAddress(message, 0);
  expect(message.headers[clientAddressHeader]).toBe("10.0.0.9");
  expect(message.rawHeaders).toEqual(["Accept", "*/*", clientAddressHeader, "10.0.0.9"]);
});
