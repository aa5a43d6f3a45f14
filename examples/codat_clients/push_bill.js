// Push a bill with Codat's own client for Node.js, and print how it ended.
//
//   npm install @codat/accounting@0.37.0 @codat/platform@6.2.1
//   node push_bill.js URL API_KEY COMPANY_ID CONNECTION_ID BILL_ID AMOUNT
//
// URL is the front door's. Run it twice: the same BILL_ID is the same push, and another amount
// under it is refused. Exit codes: 0 Success, 1 any other end, 2 refused.

const { CodatAccounting } = require("@codat/accounting");
const { CodatPlatform } = require("@codat/platform");

/** Read an amount; throw where a number of JavaScript would change it. */
function amount(digits) {
  const plain = digits.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  if (String(Number(digits)) !== plain) {
    throw new Error(`${digits} has more digits than this client sends: start it by name`);
  }
  return Number(digits);
}

/** Make the record; add amounts up in whole pence, since 0.1 + 0.2 is another amount. */
function bill(billId, total) {
  return {
    reference: billId,
    supplierRef: { id: "supplier-1" },
    issueDate: "2026-01-31T00:00:00",
    dueDate: "2026-02-28T00:00:00",
    currency: "GBP",
    currencyRate: 1,
    lineItems: [
      { unitAmount: total, quantity: 1, totalAmount: total, accountRef: { id: "account-1" } },
    ],
    status: "Open",
    subTotal: total,
    taxAmount: 0,
    totalAmount: total,
  };
}

async function main(serverURL, key, companyId, connectionId, billId, total) {
  const authHeader = `Basic ${Buffer.from(key).toString("base64")}`;
  const accounting = new CodatAccounting({ security: { authHeader }, serverURL });
  const operations = new CodatPlatform({ authHeader, serverURL }).pushData;
  const request = { companyId, connectionId, bill: bill(billId, amount(total)) };
  // Without the key the client's own repeats would be pushes of their own. These headers replace
  // all that the client sends, so two of its own are here, too.
  const config = {
    headers: {
      Authorization: authHeader,
      "Content-Type": "application/json",
      "Idempotency-Key": `bill-${billId}`,
    },
  };
  const created = await accounting.bills.create(request, undefined, config);
  let push = created.createBillResponse;
  if (!push) throw new Error(`refused with HTTP ${created.statusCode}`);
  while (push.status === "Pending") {
    await new Promise((resolve) => setTimeout(resolve, 500));
    push = await operations.getOperation({ companyId, pushOperationKey: push.pushOperationKey });
  }
  console.log(push.pushOperationKey, push.status);
  return push.status === "Success" ? 0 : 1;
}

main(...process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error) => {
    console.error(error.message);
    process.exitCode = 2;
  },
);
