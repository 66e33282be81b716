// The tables of an audit period: who was held to which policy version, every incident, exceptions, access, alerts.

import type {
  AlertDelivery,
  ExceptionEvidence,
  LogCompleteness,
  PolicyVersionEvidence,
  Population,
  PrivilegedAccess,
  SOC2Bundle,
} from "@/server/exports/content/soc2-bundle-types";
import { actorName, count, instant, moment, none, words } from "@/server/exports/pdf/figures";
import type { Listing, Row } from "@/server/exports/pdf/listing";

const ROWS_IN_PAGE = 40;

export function periodListings(bundle: SOC2Bundle): Listing[] {
  return [
    incidentsListing(bundle.population),
    leavesListing(bundle.population.completeness),
    versionListing(bundle.control.policy_versions),
    ...bundle.exceptions.map(exceptionListing),
    holderListing(bundle.privileged_access),
    actionListing(bundle.privileged_access),
    alertListing(bundle.alert_delivery),
  ];
}

function incidentsListing({ incidents }: Population): Listing {
  return {
    id: "population",
    title: "Every incident of the period",
    columns: [
      { head: "Created (UTC)", share: 88 },
      { head: "Incident", share: 112 },
      { head: "Id", share: 92 },
      { head: "Type", share: 68 },
      { head: "Severity", share: 42 },
      { head: "Status", share: 76 },
      { head: "SLA", share: 42 },
    ],
    rows: incidents.map((incident): Row => {
      const mark = `${incident.is_selected ? "SELECTED · " : ""}${incident.is_synthetic ? "synthetic · " : ""}`;
      const cells = [
        moment(incident.created_at).replace(" UTC", ""),
        `${mark}${incident.title}`,
        incident.incident_id,
        words(incident.type),
        incident.severity,
        incident.status,
        incident.sla_state,
      ];
      return incident.is_selected ? { cells, tone: "plain" } : { cells };
    }),
    empty: "No incident was opened in the period.",
    rowsInPage: ROWS_IN_PAGE,
  };
}

function leavesListing({ leaves_by_kind }: LogCompleteness): Listing {
  return {
    id: "leaves",
    title: "Leaves of the log by kind",
    columns: [
      { head: "Kind of leaf", share: 3 },
      { head: "Leaves between the checkpoints", share: 2, align: "right" },
    ],
    rows: leaves_by_kind.map(({ kind, count: leaves }) => ({ cells: [words(kind), count(leaves)] })),
    empty: "No leaf was added between the checkpoints, or their number is unknown.",
    rowsInPage: ROWS_IN_PAGE,
  };
}

function versionListing(versions: readonly PolicyVersionEvidence[]): Listing {
  return {
    id: "versions",
    title: "Policy versions in force in the period",
    columns: [
      { head: "Policy", share: 120 },
      { head: "Version", share: 36 },
      { head: "In force (UTC)", share: 104 },
      { head: "Enforcement", share: 58 },
      { head: "Change · author", share: 104 },
      { head: "Approver", share: 88 },
    ],
    rows: versions.map((version): Row => {
      const cells = [
        `${version.is_of_run ? "THIS RUN · " : ""}${version.name} (${version.kind}${version.bound ? "" : ", not bound"})`,
        `v${version.version}`,
        `${moment(version.in_force_from).replace(" UTC", "")} – ${version.in_force_until === null ? "still" : moment(version.in_force_until).replace(" UTC", "")}`,
        `${version.enforcement}${version.rollout === "active" ? "" : ` · ${version.rollout}`}`,
        `${words(version.change)} · ${actorName(version.author)}, ${moment(version.authored_at)}`,
        version.approved_by === null
          ? "none recorded"
          : `${actorName(version.approved_by)}, ${moment(version.approved_at)}`,
      ];
      return version.is_of_run ? { cells, tone: "plain" } : { cells };
    }),
    empty: "No policy version was in force in the period.",
    rowsInPage: ROWS_IN_PAGE,
  };
}

function exceptionListing(exception: ExceptionEvidence): Listing {
  return {
    id: `exception-${exception.kind}`,
    title: `Exceptions: ${exception.title}`,
    columns: [
      { head: "Time (UTC)", share: 104 },
      { head: "Subject", share: 150 },
      { head: "Detail", share: 250 },
    ],
    rows: exception.items.map(({ at, subject, detail }) => ({
      cells: [at === null ? none : instant(at).replace(" UTC", ""), subject, detail],
    })),
    empty: "No item is listed.",
    rowsInPage: 15,
  };
}

function holderListing({ holders }: PrivilegedAccess): Listing {
  return {
    id: "holders",
    title: "Who may change the control",
    columns: [
      { head: "Who", share: 220 },
      { head: "Role", share: 80 },
      { head: "Since (UTC)", share: 102 },
      { head: "Until (UTC)", share: 102 },
    ],
    rows: holders.map((holder) => ({
      cells: [
        actorName(holder.actor),
        holder.role,
        moment(holder.since),
        holder.expires_at === null ? "open" : moment(holder.expires_at),
      ],
    })),
    empty: "Nobody may change the control.",
    rowsInPage: ROWS_IN_PAGE,
  };
}

function actionListing({ actions, looked_for }: PrivilegedAccess): Listing {
  return {
    id: "actions",
    title: "Privileged actions in the period",
    columns: [
      { head: "Time (UTC)", share: 104 },
      { head: "Who", share: 130 },
      { head: "Action", share: 110 },
      { head: "On", share: 160 },
    ],
    rows: actions.map(({ at, actor: who, action, entity }) => ({
      cells: [instant(at).replace(" UTC", ""), actorName(who), action, entity],
    })),
    empty: `None found. Looked for: ${looked_for}`,
    rowsInPage: ROWS_IN_PAGE,
  };
}

function alertListing({ events, looked_for }: AlertDelivery): Listing {
  return {
    id: "alerts",
    title: "Alert events of this incident",
    columns: [
      { head: "Time (UTC)", share: 120 },
      { head: "Topic", share: 220 },
      { head: "Number", share: 70, align: "right" },
      { head: "Published", share: 90 },
    ],
    rows: events.map(({ at, topic, seq, published }) => ({
      cells: [instant(at).replace(" UTC", ""), topic, seq === null ? none : count(seq), published ? "yes" : "not yet"],
    })),
    empty: `None found. Looked for: ${looked_for}`,
    rowsInPage: ROWS_IN_PAGE,
  };
}
