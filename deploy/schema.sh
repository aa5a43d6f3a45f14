#!/bin/sh
# Create Temporal's two databases, or bring them up to date. Runs in temporalio/admin-tools.
set -eu

for pair in temporal:temporal temporal_visibility:visibility; do
    database=${pair%%:*} schema=${pair##*:}
    tool="temporal-sql-tool --plugin postgres12 --ep postgresql -u temporal -p 5432 --db $database"
    $tool create
    # Leaves a schema that is there already to the next command, which brings it up to date.
    $tool setup-schema -v 0.0
    $tool update-schema -d "/etc/temporal/schema/postgresql/v12/$schema/versioned"
done
