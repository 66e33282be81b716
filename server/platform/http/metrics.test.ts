import { expect, it } from "vitest";
import { count, countRequest, metricsText } from "@/server/platform/http/metrics";

it("writes counters in Prometheus' text format", () => {
  countRequest("things.get", 200, 250);
  countRequest("things.get", 200, 250);
  count("holdpoint_test_total", "Tests.", { name: 'a"b\\c\nd' }, 3);
  const text = metricsText();
  expect(text).toContain(
    [
      "# HELP holdpoint_http_requests_total Requests answered.",
      "# TYPE holdpoint_http_requests_total counter",
      'holdpoint_http_requests_total{endpoint="things.get",status="200"} 2',
    ].join("\n"),
  );
  expect(text).toContain('holdpoint_http_request_seconds_total{endpoint="things.get",status="200"} 0.5');
  expect(text).toContain('holdpoint_test_total{name="a_b_c_d"} 3');
  expect(text.endsWith("\n")).toBe(true);
});
