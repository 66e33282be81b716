import { isIPv6 } from "node:net";

/** A port that nobody listens at. */
const NOWHERE = 1;

/**
 * Where this process reaches itself. A server action that redirects is followed by Next with the session's cookie; left to
 * guess, it would hand that cookie to whatever listens at localhost:3000. Port 0 is known too late, so it leads nowhere.
 */
export function ownAddress({ HOST, PORT }: { HOST: string; PORT: number }): { hostname: string; port: number } {
  const isWildcard = HOST === "0.0.0.0" || HOST === "::";
  const loopback = isIPv6(HOST) ? "::1" : "127.0.0.1";
  return { hostname: isWildcard ? loopback : HOST, port: PORT === 0 ? NOWHERE : PORT };
}
