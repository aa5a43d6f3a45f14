// Start a push by name and print how it ended as JSON; nothing but `@temporalio/client` is needed.
//
//   node push_by_name.ts request.json
//
// The request is one JSON object: companyId, connectionId, dataType, data, idempotencyKey, and where
// wanted recordId, timeoutInMinutes, validation. Run it twice: the same key is the same push.
// Exit codes: 0 Success, 1 Failed, 2 no push request, 3 TimedOut, 4 Unknown, 5 no answer from
// Temporal: the push may be under way, so run it again.

import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import {
  ApplicationFailure,
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
} from "@temporalio/client";
import { v5 } from "uuid";

const PUSH_NAMESPACE = "5b0f1c0e-6f6e-5b6c-9a53-7d1f3c1f0a11";
const EXIT_CODES: Record<string, number> = { Success: 0, Failed: 1, TimedOut: 3, Unknown: 4 };

type Outcome = { status: string; message: string };
type Request = {
  companyId: string;
  connectionId: string;
  dataType: string;
  data: object;
  idempotencyKey: string;
  recordId?: string;
};

class NotAPush extends Error {}

/** Start a push, or join the one with the same key; give its outcome, whatever it is. */
async function push(client: Client, request: Request): Promise<Outcome> {
  const workflowId = `push-${pushId(request)}`;
  try {
    await client.workflow.start("push", {
      args: [request],
      taskQueue: process.env.PUSH_TASK_QUEUE ?? "push",
      workflowId,
      workflowIdReusePolicy: "REJECT_DUPLICATE",
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await checkRecord(client, workflowId, request);
  }
  try {
    return await client.workflow.getHandle(workflowId).result();
  } catch (error) {
    if (error instanceof WorkflowFailedError) return outcomeOf(error);
    throw error;
  }
}

/** Throw NotAPush if the push that has this key was started with another record. */
async function checkRecord(client: Client, workflowId: string, request: Request) {
  let started: Request & { retryOf?: string };
  let runId: string | undefined;
  do {
    // A retry may carry a corrected record, so the run that it is a retry of is read.
    started = await inputOf(client, workflowId, runId);
    runId = started.retryOf;
  } while (runId);
  if (!isDeepStrictEqual(comparable(started.data), comparable(request.data))) {
    throw new NotAPush(
      `the idempotencyKey ${request.idempotencyKey} belongs to a push of another record; ` +
        "use a new key for a new record",
    );
  }
}

async function inputOf(client: Client, workflowId: string, runId?: string) {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const started = history?.events?.[0]?.workflowExecutionStartedEventAttributes;
  return exact(Buffer.from(started?.input?.payloads?.[0]?.data ?? []).toString());
}

/** Derive the id of a push: the same request and key give the same id in every language. */
function pushId(request: Request): string {
  const name = [
    request.companyId.toLowerCase(),
    request.connectionId.toLowerCase(),
    request.dataType === "accounts" ? "chartOfAccounts" : request.dataType,
    request.recordId === undefined ? "create" : `update/${request.recordId}`,
    request.idempotencyKey,
  ];
  return v5(name.join("/"), PUSH_NAMESPACE);
}

/** Read the outcome of a push that did not succeed: it travels in the failure's details. */
function outcomeOf(error: WorkflowFailedError): Outcome {
  const cause = error.cause;
  if (cause instanceof ApplicationFailure && cause.details?.length) {
    return cause.details[0] as Outcome;
  }
  if (cause instanceof ApplicationFailure) throw new NotAPush(cause.message);
  return { status: "Unknown", message: `The push was ended from outside: ${cause?.message}` };
}

/**
 * Read JSON whose numbers keep their digits: a number of JavaScript would round 9007199254740993,
 * and 0.1 + 0.2 would be sent as 0.30000000000000004. Make an amount with `amount("12.30")`.
 */
function exact(text: string) {
  return JSON.parse(text, (_, value, { source }) =>
    typeof value === "number" ? amount(source) : value,
  );
}

function amount(digits: string): object {
  return JSON.rawJSON(digits);
}

/** Give a record as plain text and objects, with 1.10 and 1.1 as one amount. */
function comparable(data: object) {
  return JSON.parse(JSON.stringify(data), (_, value, { source }) =>
    typeof value === "number" ? { number: source.replace(/(\.\d*?)0+$/, "$1") } : value,
  );
}

async function main(file: string): Promise<number> {
  const request: Request = exact(readFileSync(file, "utf8"));
  for (const name of ["companyId", "connectionId", "dataType", "data", "idempotencyKey"]) {
    if (!(name in request)) throw new NotAPush(`${name} is missing`);
  }
  const connection = await Connection.connect({ address: process.env.TEMPORAL_ADDRESS });
  try {
    const namespace = process.env.TEMPORAL_NAMESPACE;
    const outcome = await push(new Client({ connection, namespace }), request);
    console.log(JSON.stringify(outcome, null, 2));
    return EXIT_CODES[outcome.status];
  } finally {
    await connection.close();
  }
}

try {
  process.exitCode = await main(process.argv[2]);
} catch (error) {
  const isRefused = error instanceof NotAPush || error instanceof SyntaxError;
  const message = error instanceof Error ? error.message : error;
  console.error(`${isRefused ? "No push request" : "No answer from Temporal"}: ${message}`);
  process.exitCode = isRefused ? 2 : 5;
}
