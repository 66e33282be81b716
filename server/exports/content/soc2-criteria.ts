// The control mapping is data: which criteria a bundle speaks of, under which names, and which tests each of them takes.
// `subject` is what the AICPA Trust Services Criteria (2017) call it, in short; `label` is this product's customary name.

export const testIds = [
  "snapshot_frozen",
  "every_step_evaluated",
  "inflection_marked",
  "nothing_after_inflection",
  "incident_recorded",
  "severity_set",
  "acknowledged",
  "incident_unaltered",
  "resolution_recorded",
  "time_target_kept",
  "trace_verified",
] as const;
export type TestId = (typeof testIds)[number];

export type Criterion = {
  id: string;
  label: string;
  subject: string;
  /** What the evidence has to show. */
  description: string;
  tests: readonly TestId[];
  /** Without these it is partial at most, even where they do not apply. */
  needs: readonly TestId[];
};

/** Any of these that fails means that the evidence itself is in doubt: every criterion is an exception then. */
export const integrityTests: readonly TestId[] = ["trace_verified", "incident_unaltered"];

export const defaultCriteria: readonly Criterion[] = [
  {
    id: "CC7.2",
    label: "Incident Response",
    subject: "Monitoring of system components for anomalies that indicate security events",
    description:
      "Every step of the run was evaluated against frozen policies, and the one that broke them was found and stopped.",
    tests: [
      "snapshot_frozen",
      "every_step_evaluated",
      "inflection_marked",
      "nothing_after_inflection",
      "trace_verified",
    ],
    needs: ["snapshot_frozen", "every_step_evaluated", "inflection_marked"],
  },
  {
    id: "CC7.3",
    label: "Incident Management",
    subject: "Evaluation of security events and prevention of failures",
    description: "The event became an incident with a severity, and a person took it on.",
    tests: ["incident_recorded", "severity_set", "acknowledged", "incident_unaltered", "trace_verified"],
    needs: ["incident_recorded", "severity_set", "acknowledged"],
  },
  {
    id: "CC7.4",
    label: "Analysis and Remediation",
    subject: "Response to identified security incidents",
    description: "The incident can be analysed from a verified trace, and how it was resolved is on record.",
    tests: ["trace_verified", "resolution_recorded", "time_target_kept", "incident_unaltered"],
    needs: ["trace_verified", "resolution_recorded"],
  },
];
