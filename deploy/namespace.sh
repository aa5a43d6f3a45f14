#!/bin/sh
# Create the namespace of the pushes, or set how long it keeps them. Runs in temporalio/admin-tools.
set -eu

until temporal operator cluster health; do sleep 1; done
namespace=${TEMPORAL_NAMESPACE:-default}
retention=90d   # after that a push is forgotten and its key is new
temporal operator namespace create --namespace "$namespace" --retention "$retention" ||
    temporal operator namespace update --namespace "$namespace" --retention "$retention"
# The worker registers the search attributes.
