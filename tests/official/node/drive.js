// Drives Codat's own clients for Node.js against argv; prints what they saw as JSON.

const { CodatAccounting } = require("@codat/accounting");
const { CodatLending } = require("@codat/lending");
const { CodatPlatform } = require("@codat/platform");
const { CodatSyncExpenses } = require("@codat/sync-for-expenses");

const [serverURL, companyId, connectionId, authHeader, attach] = process.argv.slice(2);
const where = { companyId, connectionId };
const newest = { companyId, orderBy: "-requestedOnUtc", pageSize: 50 };
const security = { authHeader };

const accounting = new CodatAccounting({ security, serverURL });
const lending = new CodatLending({ security, serverURL }).loanWriteback;
const expenses = new CodatSyncExpenses({ security, serverURL });
const platform = new CodatPlatform({ authHeader, serverURL }).pushData;

const bill = {
  reference: "NODE-1",
  issueDate: "2026-01-31T00:00:00",
  dueDate: "2026-02-28T00:00:00",
  supplierRef: { id: "supplier-1" },
  status: "Open",
  lineItems: [
    { unitAmount: 10.25, quantity: 2, totalAmount: 20.5, accountRef: { id: "account-1" } },
  ],
  subTotal: 20.5,
  taxAmount: 0,
  totalAmount: 20.5,
};
const supplier = { supplierName: "Node", status: "Active" };

async function created() {
  const pushes = {
    accounting: (await accounting.bills.create({ ...where, bill })).createBillResponse,
    expenses: (await expenses.suppliers.create({ ...where, supplier })).createSupplierResponse,
    lending: (await lending.suppliers.create({ ...where, accountingSupplier: supplier }))
      .accountingCreateSupplierResponse,
  };
  return mapped(pushes, (push) => push.pushOperationKey);
}

function mapped(object, change) {
  return Object.fromEntries(Object.entries(object).map(([name, one]) => [name, change(one)]));
}

const read = {
  accounting: (request) => platform.getOperation(request), // it has no call of its own
  expenses: async (request) => (await expenses.pushOperations.get(request)).pushOperation,
  lending: async (request) => (await lending.createOperations.get(request)).pushOperation,
};

async function ended(client, pushOperationKey) {
  for (let turn = 0; turn < 200; turn++) {
    const push = await read[client]({ companyId, pushOperationKey });
    if (push.status !== "Pending") return push;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`push ${pushOperationKey} did not end`);
}

async function options() {
  return {
    accounting: (await accounting.bills.getCreateUpdateModel(where)).pushOption.type,
    lending: (await lending.suppliers.getCreateUpdateModel(where)).pushOption.type,
    platform: (await platform.getModelOptions({ ...where, dataType: "bills" })).type,
  };
}

async function listed() {
  const pages = {
    expenses: (await expenses.pushOperations.list(newest)).pushOperations,
    lending: (await lending.createOperations.list(newest)).pushOperations,
    platform: await platform.listOperations(newest),
  };
  return mapped(pages, (page) =>
    Object.fromEntries(page.results.map((push) => [push.pushOperationKey, push.status])),
  );
}

async function attachTo(push) {
  const requestBody = { content: Buffer.from("paper"), requestBody: "a.txt" };
  const billId = push.changes[0].recordRef.id;
  await accounting.bills.uploadAttachment({ ...where, billId, requestBody });
}

async function main() {
  const keys = await created();
  const pushes = {};
  for (const [client, key] of Object.entries(keys)) pushes[client] = await ended(client, key);
  const report = { keys, ends: mapped(pushes, (push) => push.status), options: await options() };
  report.listed = await listed();
  if (attach) await attachTo(pushes.accounting);
  process.stdout.write(JSON.stringify(report));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
