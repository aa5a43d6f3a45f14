#!/bin/sh
# Create the namespace of the pushes and what they are found by. Runs in temporalio/admin-tools,
# again at each start: what is there already is left as it is, but for the retention.
set -eu

until temporal operator cluster health; do sleep 1; done
namespace=${TEMPORAL_NAMESPACE:-default}
retention=90d   # after that a push is forgotten and its key is new
temporal operator namespace create --namespace "$namespace" --retention "$retention" ||
    temporal operator namespace update --namespace "$namespace" --retention "$retention"

# A namespace takes some seconds to be known to the whole server.
set --
for name in PushStatus CompanyId ConnectionId DataType PushReference PushOperationKey PushDigest StartedBy PushCause; do
    set -- "$@" --name "$name" --type Keyword
done
tries=0
until temporal operator search-attribute create --namespace "$namespace" "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 30 ] || exit 1
    sleep 1
done
